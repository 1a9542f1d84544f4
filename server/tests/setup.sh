#!/usr/bin/env bash
# Makes sure of the programs of others that the server's tests speak with. Silent and quick when all
# are there.
set -euo pipefail
cd "$(dirname "$0")/../.."

pysher() {
  local folder=target/tools/pysher wanted=server/tests/requirements.txt
  cmp -s "$wanted" "$folder/installed.txt" && return
  python3 -m pip --version >/dev/null 2>&1 ||
    frontend/apt.sh "Python, for a Pusher client in it" python3 python3-pip
  echo "==> Pysher, a Pusher client: pip install"
  rm -rf "$folder"
  python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
    --target "$folder" --requirement "$wanted"
  cp "$wanted" "$folder/installed.txt"
}

proxies() {
  # Debian keeps nginx where only root looks for it.
  PATH=$PATH:/usr/sbin command -v nginx >/dev/null ||
    frontend/apt.sh "nginx, with which the README's settings are tried" nginx-light
  command -v caddy >/dev/null ||
    frontend/apt.sh "Caddy, with which the README's settings are tried" caddy
}

pysher
proxies
