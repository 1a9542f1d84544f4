#!/usr/bin/env bash
# Renders the PNG icons from frontend/public/favicon.svg, and the picture that chats show of a link from
# frontend/preview.svg, with Chromium. They are committed: run this when the logo changes.
set -euo pipefail
cd "$(dirname "$0")/public"

chromium=${TANDEM_CHROMIUM-chromium}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Systems that crop icons to their own shape need the background up to the edges, and the logo well
# inside them.
sed -e 's/viewBox="0 0 48 48"/viewBox="-4 -4 56 56"/' \
  -e 's/width="48" height="48" rx="11"/x="-4" y="-4" width="56" height="56"/' favicon.svg >"$work/whole.svg"

# draw SVG WIDTH,HEIGHT PNG
draw() {
  printf '<!DOCTYPE html><style>body { margin: 0 } svg { display: block; width: 100vw }</style>' >"$work/page.html"
  cat "$1" >>"$work/page.html"
  "$chromium" --headless --no-sandbox --disable-gpu --hide-scrollbars --force-device-scale-factor=1 \
    --default-background-color=00000000 --window-size="$2" --screenshot="$PWD/$3" "$work/page.html" 2>/dev/null
}

draw favicon.svg 192,192 icon-192.png
draw favicon.svg 512,512 icon-512.png
draw "$work/whole.svg" 512,512 icon-maskable-512.png
draw "$work/whole.svg" 180,180 apple-touch-icon.png
draw ../preview.svg 1200,630 preview.png
