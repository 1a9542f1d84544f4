#!/usr/bin/env bash
# Installs the third-party programs that the server's tests talk to. Does nothing if all are there.
set -euo pipefail
cd "$(dirname "$0")/../.."

proxies() {
  # Debian installs nginx where only root's PATH leads.
  PATH=$PATH:/usr/sbin command -v nginx >/dev/null ||
    frontend/apt.sh "nginx, with which the README's settings are tried" nginx-light
  command -v caddy >/dev/null ||
    frontend/apt.sh "Caddy, with which the README's settings are tried" caddy
}

frontend/pip.sh "Pysher, a Pusher client" server/tests/requirements.txt target/tools/pysher
proxies
