#!/usr/bin/env bash
# Builds what the browser loads into target/site: WASM and its JavaScript, CSS, and the files
# of frontend/public. Does nothing when all of it is up to date.
#
#   bundle.sh         small: what is shipped
#   bundle.sh dev     quick: not optimized, not compressed
set -euo pipefail
cd "$(dirname "$0")/.."

mode=${1-release}
profile=wasm-release
folder=wasm-release
if [ "$mode" = dev ]; then
  profile=dev
  folder=debug
fi
work=target/front/work
module=target/front/wasm32-unknown-unknown/$folder/frontend.wasm

# Two at once (a `make dev` beside a `make test`) would write over each other's files.
mkdir -p target/front
exec 9>target/front/lock
if command -v flock >/dev/null; then flock 9; fi

# A target folder of its own: the compiler may be another than the server's, and two compilers
# over one folder undo each other's work.
build() {
  target/tools/bin/wasm-cargo build -p frontend --target wasm32-unknown-unknown \
    --profile "$profile" --target-dir target/front "$@"
}

# What is shipped says nothing when it panics, and has a standard library made for size: a tenth of
# the bundle. The compiler calls these settings unstable; where it does not know them, or the
# library's source is missing, the bundle is built without.
small=(-Zpanic-immediate-abort "-Zbuild-std=std,panic_abort" -Zbuild-std-features=optimize_for_size)
small_flags="-Zlocation-detail=none -Zfmt-debug=none -Zunstable-options -Cpanic=immediate-abort"
can_be_small() {
  local rustc=target/tools/bin/wasm-rustc
  # shellcheck disable=SC2086
  [ -d "$("$rustc" --print sysroot)/lib/rustlib/src/rust/library" ] &&
    RUSTC_BOOTSTRAP=1 "$rustc" $small_flags --print cfg >/dev/null 2>&1
}
if [ "$mode" = release ] && can_be_small; then
  RUSTC_BOOTSTRAP=1 RUSTFLAGS=$small_flags CARGO_PROFILE_WASM_RELEASE_PANIC=immediate-abort \
    build "${small[@]}"
else
  build
fi

# The site is current if it was made of the very same inputs.
inputs() {
  echo "$mode"
  find frontend style "$module" \( -name node_modules -o -path frontend/src \) -prune \
    -o -type f -print0 | sort -z | xargs -0 sha256sum
}
key=$(inputs | sha256sum)
if [ -d target/site/pkg ] && [ "$(cat target/front/site.key 2>/dev/null)" = "$key" ]; then
  echo "Browser bundle: up to date"
  exit
fi

rm -rf "$work"
target/tools/bin/wasm-bindgen "$module" --target web --no-typescript --out-name tandem --out-dir "$work"
if [ "$mode" = release ]; then
  # The module names the WASM features that it uses, so wasm-opt needs no flags for them.
  frontend/node_modules/.bin/wasm-opt -Oz --low-memory-unused --strip-producers --strip-target-features \
    "$work/tandem_bg.wasm" -o "$work/tandem_bg.wasm"
fi
rm -rf target/site.new
node frontend/site.mjs "$mode" "$work" target/site.new

# Nobody is to see half a site, and a failure above leaves the old one.
rm -f target/front/site.key
rm -rf target/site.old
[ ! -e target/site ] || mv target/site target/site.old
mv target/site.new target/site
rm -rf target/site.old
echo "$key" >target/front/site.key
