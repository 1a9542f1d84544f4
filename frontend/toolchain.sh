#!/usr/bin/env bash
# Makes sure of the tools that a build needs, and says what it installs and why.
# Silent and quick when all is there.
#
#   toolchain.sh          what the browser bundle and the server need
#   toolchain.sh check    and the linters
#   toolchain.sh test     and the test runner
#
# What no package manager installs goes to target/tools. There, `wasm-cargo` is the cargo that
# compiles for the browser; it need not be the one on the PATH (see below).
set -euo pipefail
cd "$(dirname "$0")/.."

tools=$PWD/target/tools
wasm=wasm32-unknown-unknown
mkdir -p "$tools/bin"

main() {
  need cargo "the Rust compiler" rustc-web cargo-web
  need cc "the C compiler, for SQLite and for linking" gcc libc6-dev
  need npm "Node.js, for wasm-opt, esbuild and prettier" nodejs npm

  wasm_compiler
  wasm_bindgen
  node_modules

  case ${1-} in
    check) linters ;;
    test) test_runner ;;
  esac
}

# need COMMAND WHY PACKAGE...
need() {
  local command=$1
  shift
  command -v "$command" >/dev/null || frontend/apt.sh "$@"
}

# The wasm32 standard library comes with rustup. Where rustup may not fetch toolchains
# (RUSTUP_AUTO_INSTALL=0), Debian has a current compiler but only the library's source: there
# the library is built once, under target/tools/sysroot.
wasm_compiler() {
  if has_wasm_std; then
    use_compiler rustc cargo cargo
    std_source
  elif command -v rustup >/dev/null && [ "${RUSTUP_AUTO_INSTALL-1}" != 0 ]; then
    echo "==> the standard library for the browser: rustup target add $wasm"
    rustup target add "$wasm"
    use_compiler rustc cargo cargo
    std_source
  else
    debian_wasm_std
    # clippy knows a compiler by its file's name, and hands no --sysroot on.
    script ../sysroot/bin/rustc <<SCRIPT
exec /usr/bin/rustc --sysroot "$tools/sysroot" "\$@"
SCRIPT
    local env="env SYSROOT='$tools/sysroot' RUSTC='$tools/sysroot/bin/rustc' CARGO=/usr/bin/cargo"
    use_compiler "'$tools/sysroot/bin/rustc'" "$env /usr/bin/cargo" "$env /usr/bin/cargo-clippy"
  fi
}

# The bundle is built with its own, smaller standard library where the source of that is to be had.
std_source() {
  [ -d "$(rustc --print sysroot)/lib/rustlib/src/rust/library" ] && return
  if command -v rustup >/dev/null && [ "${RUSTUP_AUTO_INSTALL-1}" != 0 ]; then
    echo "==> the standard library's source, for a smaller bundle: rustup component add rust-src"
    rustup component add rust-src
  fi
}

# use_compiler RUSTC CARGO CLIPPY: writes wasm-rustc and wasm-cargo. Clippy is called by its path because
# `cargo clippy` would take the first one on the PATH, which belongs to another compiler.
use_compiler() {
  script wasm-rustc <<SCRIPT
exec $1 "\$@"
SCRIPT
  script wasm-cargo <<SCRIPT
if [ "\${1-}" = clippy ]; then exec $3 "\$@"; fi
exec $2 "\$@"
SCRIPT
}

# script NAME: a command of ours, from what is read.
script() {
  { printf '#!/bin/sh\n# Written by frontend/toolchain.sh.\n' && cat; } >"$tools/bin/$1.new"
  chmod +x "$tools/bin/$1.new"
  rm -f "$tools/bin/$1"
  mv "$tools/bin/$1.new" "$tools/bin/$1"
}

has_wasm_std() {
  compgen -G "$(rustc --print target-libdir --target "$wasm")/libstd-*.rlib" >/dev/null
}

debian_wasm_std() {
  if ! [ -x /usr/bin/rustc ] || ! [ -x /usr/bin/cargo ] || ! [ -e /usr/bin/rust-lld ] ||
    ! [ -d /usr/lib/rustlib/src/rust/library ]; then
    frontend/apt.sh "a Rust compiler for the browser bundle" \
      rustc-web cargo-web rust-web-src rust-web-llvm
  fi
  # rust-lld is a link into a package that is only suggested.
  local lld
  lld=$(basename "$(readlink /usr/bin/rust-lld)")
  need "$lld" "the linker for the browser bundle" "$lld"

  # A compiler takes no library that another version built, so the library says what built it.
  local compiler sysroot=$tools/sysroot/lib/rustlib
  compiler=$(/usr/bin/rustc --version)
  [ "$(cat "$tools/sysroot/built-by" 2>/dev/null)" = "$compiler" ] && return

  echo "==> the standard library for the browser, from its source (half a minute, once)"
  local crate=$tools/standard-library
  rm -rf "$crate" "$tools/sysroot"
  mkdir -p "$crate/src" "$sysroot/$wasm/lib" "$tools/sysroot/bin"
  touch "$crate/src/lib.rs"
  printf '[package]\nname = "empty"\nedition = "2024"\n[workspace]\n' >"$crate/Cargo.toml"
  # Linking with `lto = true` reads the library's bitcode.
  (
    cd "$crate"
    RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc RUSTFLAGS="-C embed-bitcode=yes" CARGO_TARGET_DIR=target \
      /usr/bin/cargo build --quiet --release -Zbuild-std=std,panic_abort --target "$wasm"
  )
  cp "$crate/target/$wasm/release/deps/"*.rlib "$sysroot/$wasm/lib/"
  rm "$sysroot/$wasm/lib/"libempty-*.rlib
  rm -r "$crate"

  # Everything else is the compiler's own.
  local part
  for part in /usr/lib/rustlib/*; do
    [ "${part##*/}" = "$wasm" ] || ln -s "$part" "$sysroot/"
  done
  echo "$compiler" >"$tools/sysroot/built-by"
}

# wasm-bindgen reads what the crate of the same name wrote: the two must be one version.
wasm_bindgen() {
  local version
  version=$(awk '$0 == "name = \"wasm-bindgen\"" { getline; gsub(/[^0-9.]/, ""); print }' Cargo.lock)
  [ "$("$tools/bin/wasm-bindgen" --version 2>/dev/null)" = "wasm-bindgen $version" ] && return
  echo "==> wasm-bindgen $version, as in Cargo.lock (two minutes, once)"
  # Little optimized: it runs for a tenth of a second, and compiles in half the time.
  export CARGO_PROFILE_DEV_OPT_LEVEL=1 CARGO_PROFILE_DEV_DEBUG=0
  # --no-default-features: without its web client, which only its test runner uses.
  cargo_install wasm-bindgen-cli --version "$version" --bin wasm-bindgen --no-default-features --debug
}

node_modules() {
  [ frontend/node_modules/.package-lock.json -nt frontend/package-lock.json ] && return
  echo "==> wasm-opt, esbuild and prettier: npm ci"
  (cd frontend && npm ci --silent)
  touch frontend/node_modules/.package-lock.json
}

linters() {
  cargo fmt --version >/dev/null 2>&1 || frontend/apt.sh "the formatter" rustfmt-web
  cargo clippy --version >/dev/null 2>&1 || frontend/apt.sh "the linter" rust-web-clippy
  "$tools/bin/wasm-cargo" clippy --version >/dev/null 2>&1 ||
    frontend/apt.sh "the linter of the compiler for the browser" rust-web-clippy
  ready_made cargo-deny cargo-shear
  [ ! -x "$tools/ready-made/bin/shellcheck" ] || ln -sf ../ready-made/bin/shellcheck "$tools/bin/shellcheck"
  PATH=$tools/bin:$PATH need shellcheck "the linter for shell scripts" shellcheck
}

test_runner() {
  cargo nextest --version >/dev/null 2>&1 || ready_made cargo-nextest
}

# ready_made CRATE...: tools from frontend/requirements.txt. Where pip has none for this machine, they
# are compiled, which takes several minutes, once.
ready_made() {
  local crate
  if frontend/pip.sh "linters and a test runner" frontend/requirements.txt target/tools/ready-made; then
    for crate; do ln -sf "../ready-made/bin/$crate" "$tools/bin/$crate"; done
    return
  fi
  for crate; do
    [ -x "$tools/bin/$crate" ] && continue
    echo "==> $crate: cargo install"
    cargo_install "$crate"
  done
}

# With the versions that the tool was released with, or, where one of those is not to be had,
# with the newest that fit.
cargo_install() {
  cargo install --quiet --root "$tools" --locked "$@" 2>/dev/null ||
    cargo install --quiet --root "$tools" "$@"
}

main "$@"
