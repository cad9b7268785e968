#!/usr/bin/env bash
# The other codes, in an environment of their own beside this script: CalculiX and gcc from Debian, the rest from PyPI.
set -euo pipefail
cd "$(dirname "$0")"
need=()
for package in calculix-ccx gcc libc6-dev libgomp1; do
    dpkg -s "$package" >/dev/null 2>&1 || need+=("$package")
done
if [ ${#need[@]} -gt 0 ]; then
    apt-get -qq update
    apt-get -qq install -y --no-install-recommends "${need[@]}"
fi
"${PYTHON:-python3}" -m venv .venv
.venv/bin/pip install --quiet scikit-fem==12.0.2 fipy==4.0.3 py-pde==0.59.0 devito==4.8.23
.venv/bin/pip list --format=freeze | grep -iE '^(scikit-fem|fipy|py-pde|devito|numpy|scipy|numba)='
