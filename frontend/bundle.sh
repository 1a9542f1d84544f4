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
#
# The linker leaves in the module what wasm-split needs to know of references between functions.
build() {
  target/tools/bin/wasm-cargo rustc -p frontend --lib --target wasm32-unknown-unknown \
    --profile "$profile" --target-dir target/front "$@" -- -Clink-arg=--emit-relocs
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
# Takes what only the functions marked `wasm_split` need out of the module, into parts that are loaded
# when one of them is called. What parts share becomes a chunk. The parts use the module's exports.
target/tools/bin/wasm-split-cli "$module" "$work" --out-name tandem
target/tools/bin/wasm-bindgen "$work/tandem.wasm" --target web --no-typescript --keep-lld-exports \
  --out-name tandem --out-dir "$work"
rm "$work/tandem.wasm"
if [ "$mode" = release ]; then
  # The modules list the WASM features they use, so wasm-opt needs no flags for them. Functions of one
  # kind have similar names: side by side, they compress better, by two kilobytes.
  for each in "$work"/*.wasm; do
    frontend/node_modules/.bin/wasm-opt -Oz --reorder-functions-by-name --low-memory-unused --strip-producers --strip-target-features \
      "$each" -o "$each"
  done
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
