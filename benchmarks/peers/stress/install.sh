#!/bin/sh
# CalculiX from Debian into this folder, without root: ccx, then `python compare.py`.
set -e
cd "$(dirname "$0")"
command -v ccx >/dev/null && { echo "ccx is installed"; exit 0; }
apt-get download calculix-ccx libspooles2.2 libarpack2
for package in *.deb; do dpkg-deb -x "$package" packages; rm "$package"; done
echo "export PATH=$PWD/packages/usr/bin:\$PATH LD_LIBRARY_PATH=$(dirname "$(find "$PWD/packages" -name 'libspooles*' | head -1)")"
