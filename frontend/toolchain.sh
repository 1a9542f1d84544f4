#!/usr/bin/env bash
# Installs missing tools, and prints what it installs and why. Does nothing if all are there.
#
#   toolchain.sh          tools to build the browser bundle and the server
#   toolchain.sh check    also the linters
#   toolchain.sh test     also the test runner
#
# Tools that no package manager installs go to target/tools. Its `wasm-cargo` is the cargo that compiles
# for the browser, which may differ from the one on the PATH (see below).
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
  wasm_split
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

# Finds a compiler with a standard library for wasm32. Usually that is rustup's. If rustup must not fetch
# toolchains (RUSTUP_AUTO_INSTALL=0), Debian's compiler is used. Debian has only the library's source, so
# the library is built once, into target/tools/sysroot.
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
    # clippy recognizes a compiler by its file name, and does not pass on --sysroot.
    script ../sysroot/bin/rustc <<SCRIPT
exec /usr/bin/rustc --sysroot "$tools/sysroot" "\$@"
SCRIPT
    local env="env SYSROOT='$tools/sysroot' RUSTC='$tools/sysroot/bin/rustc' CARGO=/usr/bin/cargo"
    use_compiler "'$tools/sysroot/bin/rustc'" "$env /usr/bin/cargo" "$env /usr/bin/cargo-clippy"
  fi
}

# Fetches the source of the standard library, from which the bundle gets a smaller one.
std_source() {
  [ -d "$(rustc --print sysroot)/lib/rustlib/src/rust/library" ] && return
  if command -v rustup >/dev/null && [ "${RUSTUP_AUTO_INSTALL-1}" != 0 ]; then
    echo "==> the standard library's source, for a smaller bundle: rustup component add rust-src"
    rustup component add rust-src
  fi
}

# use_compiler RUSTC CARGO CLIPPY: writes wasm-rustc and wasm-cargo. Clippy is called by its path, because
# `cargo clippy` would run the first one on the PATH, which belongs to another compiler.
use_compiler() {
  script wasm-rustc <<SCRIPT
exec $1 "\$@"
SCRIPT
  script wasm-cargo <<SCRIPT
if [ "\${1-}" = clippy ]; then exec $3 "\$@"; fi
exec $2 "\$@"
SCRIPT
}

# script NAME: writes a script into target/tools/bin, from standard input.
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
  # rust-lld is a link into a package that Debian only suggests.
  local lld
  lld=$(basename "$(readlink /usr/bin/rust-lld)")
  need "$lld" "the linker for the browser bundle" "$lld"

  # A compiler rejects a library that another version built, so the version is kept with the library.
  local compiler sysroot=$tools/sysroot/lib/rustlib
  compiler=$(/usr/bin/rustc --version)
  [ "$(cat "$tools/sysroot/built-by" 2>/dev/null)" = "$compiler" ] && return

  echo "==> the standard library for the browser, from its source (half a minute, once)"
  local crate=$tools/standard-library
  rm -rf "$crate" "$tools/sysroot"
  mkdir -p "$crate/src" "$sysroot/$wasm/lib" "$tools/sysroot/bin"
  touch "$crate/src/lib.rs"
  printf '[package]\nname = "empty"\nedition = "2024"\n[workspace]\n' >"$crate/Cargo.toml"
  # Linking with `lto = true` needs the library's bitcode.
  (
    cd "$crate"
    RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc RUSTFLAGS="-C embed-bitcode=yes" CARGO_TARGET_DIR=target \
      /usr/bin/cargo build --quiet --release -Zbuild-std=std,panic_abort --target "$wasm"
  )
  cp "$crate/target/$wasm/release/deps/"*.rlib "$sysroot/$wasm/lib/"
  rm "$sysroot/$wasm/lib/"libempty-*.rlib
  rm -r "$crate"

  # The rest of the sysroot is the compiler's own.
  local part
  for part in /usr/lib/rustlib/*; do
    [ "${part##*/}" = "$wasm" ] || ln -s "$part" "$sysroot/"
  done
  echo "$compiler" >"$tools/sysroot/built-by"
}

# The wasm-bindgen program must have the same version as the crate, whose output it reads.
wasm_bindgen() {
  local version
  version=$(awk '$0 == "name = \"wasm-bindgen\"" { getline; gsub(/[^0-9.]/, ""); print }' Cargo.lock)
  [ "$("$tools/bin/wasm-bindgen" --version 2>/dev/null)" = "wasm-bindgen $version" ] && return
  echo "==> wasm-bindgen $version, as in Cargo.lock (two minutes, once)"
  # It runs for a tenth of a second only; with little optimization it compiles in half the time.
  export CARGO_PROFILE_DEV_OPT_LEVEL=1 CARGO_PROFILE_DEV_DEBUG=0
  # --no-default-features leaves out the web client, which only the test runner needs.
  cargo_install wasm-bindgen-cli --version "$version" --bin wasm-bindgen --no-default-features --debug
}

# Splits the module into what every page loads and parts for later. It must understand what the crate
# `wasm_split_helpers` in Cargo.lock writes: the minor versions agree.
wasm_split() {
  local version=0.2.4
  grep -qs "^\"wasm_split_cli_support $version " "$tools/.crates.toml" && return
  echo "==> wasm-split $version (a minute, once)"
  export CARGO_PROFILE_DEV_OPT_LEVEL=1 CARGO_PROFILE_DEV_DEBUG=0
  cargo_install wasm_split_cli_support --version "$version" --features build-binary --debug
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

# ready_made CRATE...: installs tools from frontend/requirements.txt. If pip has none for this machine,
# compiles them, which takes several minutes, once.
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

# cargo_install ARGUMENT...: installs with the dependencies that the tool was released with, or with the
# newest that fit, if one of those is not available.
cargo_install() {
  cargo install --quiet --root "$tools" --locked "$@" 2>/dev/null ||
    cargo install --quiet --root "$tools" "$@"
}

main "$@"
