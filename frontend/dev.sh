#!/usr/bin/env bash
# Serves the work tree, and rebuilds and restarts whenever a source changes. If a build fails, the last
# good server keeps running. Arguments are passed to the server.
set -euo pipefail
cd "$(dirname "$0")/.."

server=
stamp=target/dev.stamp
trap stop EXIT
trap exit INT TERM

stop() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
}

changed() {
  [ -n "$(find Cargo.lock app server frontend/{src,public,offline.html,service-worker.js} style migrations \
    -type f -newer "$stamp" -print -quit 2>/dev/null)" ]
}

while true; do
  touch "$stamp"
  if frontend/bundle.sh dev && cargo build -p server; then
    stop
    [ -z "$server" ] || wait "$server" || true
    target/debug/tandem "$@" &
    server=$!
  fi
  until changed; do sleep 0.5; done
done
