#!/usr/bin/env bash
# Makes sure of the programs of others that the server's tests speak with. Silent and quick when all
# are there.
set -euo pipefail
cd "$(dirname "$0")/../.."

proxies() {
  # Debian keeps nginx where only root looks for it.
  PATH=$PATH:/usr/sbin command -v nginx >/dev/null ||
    frontend/apt.sh "nginx, with which the README's settings are tried" nginx-light
  command -v caddy >/dev/null ||
    frontend/apt.sh "Caddy, with which the README's settings are tried" caddy
}

frontend/pip.sh "Pysher, a Pusher client" server/tests/requirements.txt target/tools/pysher
proxies
