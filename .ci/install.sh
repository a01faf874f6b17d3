#!/usr/bin/env bash
# Installs PhuSong from this folder, with no package index and no network.
# Usage: ./install.sh [FOLDER]      (default: /opt/phusong as root, ~/phusong otherwise)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
wanted=$(cat "$here/python-version")
if [ "$(id -u)" -eq 0 ]; then default=/opt/phusong; else default="$HOME/phusong"; fi
folder=${1:-$default}

python=$(command -v "python$wanted" || command -v python3 || true)
if [ -z "$python" ] || [ "$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')" != "$wanted" ]; then
  echo "This bundle was made for Python $wanted, which is not installed here." >&2
  exit 1
fi
"$python" -c 'import ensurepip, venv' 2>/dev/null || { echo "Install python3-venv first (Debian and Ubuntu)." >&2; exit 1; }
(cd "$here" && sha256sum --quiet --check SHA256SUMS) || { echo "The bundle is damaged: copy it again." >&2; exit 1; }

"$python" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-index \
  --find-links "$here/wheels" phusong
echo "Installed. Try it:   $folder/venv/bin/phusong serve --demo"
