#!/usr/bin/env bash
# Installs Playwright, and a Chromium for it. Does nothing if both are there.
set -euo pipefail
cd "$(dirname "$0")"

command -v npm >/dev/null || ../frontend/apt.sh "Node.js, for the tests in browsers" nodejs npm

if ! [ node_modules/.package-lock.json -nt package-lock.json ]; then
  echo "==> Playwright: npm ci"
  npm ci --silent --no-audit --no-fund
  touch node_modules/.package-lock.json
fi

# playwright.config.ts uses the first of these that exists.
playwright_chromium=$(node -p 'require("@playwright/test").chromium.executablePath()')
if ! [ -e "${TANDEM_CHROMIUM:-$playwright_chromium}" ] && ! [ -e /usr/bin/chromium ]; then
  ../frontend/apt.sh "a browser for the tests" chromium
fi
