#!/usr/bin/env bash
# Installs what tests start privately: PostgreSQL, MariaDB, Redis, Dovecot, Chromium for the studio, and
# openssl for certificates. Does nothing where they are there; says in one line what to install where it cannot. Never fails:
# the tests that need a server that is missing are skipped and say so. Further packages may be given as arguments.
set -u

packages=(postgresql mariadb-server redis-server dovecot-imapd openssl chromium "$@")
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
[ "${#missing[@]}" -eq 0 ] && exit 0

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  # Packages start their servers where nothing forbids it; the tests start their own.
  policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy"
    trap 'rm -f "$policy"' EXIT
  fi
  if apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; then
    echo "services: installed ${missing[*]}"
    exit 0
  fi
fi
echo "services: tests of some integrations are skipped; to run them install: ${missing[*]}"
