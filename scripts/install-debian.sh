#!/bin/sh
# Installs from Debian what building needs, and only if it is absent.
set -eu
missing=""
have() { dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q 'install ok installed'; }
command -v dpkg-query >/dev/null 2>&1 || exit 0
for package in libsqlite3-dev libssl-dev zlib1g-dev libjemalloc-dev libpq-dev python3; do
  have "$package" || missing="$missing $package"
done
# The tests start a server of their own; any package that brings version 15 will do.
[ -x /usr/lib/postgresql/15/bin/postgres ] || missing="$missing postgresql"
[ -z "$missing" ] && exit 0
echo "Installing from Debian:$missing"
if [ "$(id -u)" = 0 ]; then as_root=""; else as_root="sudo"; fi
$as_root apt-get update -qq
$as_root apt-get install -y -qq --no-install-recommends $missing
