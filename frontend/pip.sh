#!/usr/bin/env bash
# pip.sh WHY REQUIREMENTS FOLDER: installs Python packages into FOLDER, and prints why.
# Does nothing if FOLDER already has what REQUIREMENTS lists.
set -euo pipefail
cd "$(dirname "$0")/.."

why=$1 wanted=$2 folder=$3

cmp -s "$wanted" "$folder/installed.txt" && exit
python3 -m pip --version >/dev/null 2>&1 || frontend/apt.sh "Python, for $why" python3 python3-pip
echo "==> $why: pip install"
# A failure leaves what was installed before.
rm -rf "$folder.new"
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
  --target "$folder.new" --requirement "$wanted"
cp "$wanted" "$folder.new/installed.txt"
rm -rf "$folder"
mv "$folder.new" "$folder"
