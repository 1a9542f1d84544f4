#!/usr/bin/env bash
# Builds target/site, the files that the browser loads: WASM, JavaScript, CSS, and frontend/public.
# Does nothing if the site is up to date.
#
#   bundle.sh         optimized and compressed, for release
#   bundle.sh dev     neither, for a quick build
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

# Two builds at once, such as `make dev` and `make test`, would overwrite each other's files.
mkdir -p target/front
exec 9>target/front/lock
if command -v flock >/dev/null; then flock 9; fi

# A target folder of its own: the compiler may differ from the server's, and two compilers that share
# a folder rebuild everything each time.
build() {
  target/tools/bin/wasm-cargo build -p frontend --target wasm32-unknown-unknown \
    --profile "$profile" --target-dir target/front "$@"
}

# The release has no panic messages, and a standard library optimized for size, which saves a tenth of
# the bundle. These settings are unstable: a compiler that does not know them, or lacks the library's
# source, builds without them.
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

# The site is up to date if it was made from the same inputs.
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
  # The module lists the WASM features it uses, so wasm-opt needs no flags for them. Functions of one
  # kind have similar names: side by side, they compress better, by two kilobytes.
  frontend/node_modules/.bin/wasm-opt -Oz --reorder-functions-by-name --low-memory-unused --strip-producers --strip-target-features \
    "$work/tandem_bg.wasm" -o "$work/tandem_bg.wasm"
fi
rm -rf target/site.new
node frontend/site.mjs "$mode" "$work" target/site.new

# Replaces the site in one step, so that nobody sees half of it. A failure above keeps the old one.
rm -f target/front/site.key
rm -rf target/site.old
[ ! -e target/site ] || mv target/site target/site.old
mv target/site.new target/site
rm -rf target/site.old
echo "$key" >target/front/site.key
