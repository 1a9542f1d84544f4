#!/usr/bin/env bash
# apt.sh WHY PACKAGE...: installs Debian packages, and prints why.
set -euo pipefail

why=$1
shift

if ! command -v apt-get >/dev/null; then
  echo "Missing: $why. No apt-get here; please install what Debian calls: $*" >&2
  exit 1
fi
as_root=()
if [ "$EUID" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "Missing: $why. Neither root nor sudo here; as root: apt-get install $*" >&2
    exit 1
  fi
  as_root=(sudo)
fi

echo "==> $why: apt-get install $*"
# Package lists are missing on a new machine, and outdated on an old one.
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -qq -y --no-install-recommends "$@" </dev/null >/dev/null
