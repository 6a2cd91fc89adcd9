#!/usr/bin/env bash
# Writes the passwords that docker-compose.yml asks for, new and random, into a file that compose reads by itself:
#   deploy/passwords.sh                     makes .env beside docker-compose.yml, readable by its owner only
#   deploy/passwords.sh FILE [COMPOSE...]   makes FILE instead (docker-compose --env-file FILE ...), of these files
# A file that is there keeps every line it has and gets what it lacks, so it may be run again after an upgrade.
set -euo pipefail

ROOT=$(cd "$(dirname "$0")/.." && pwd)
FILE=$(realpath -m "${1:-$ROOT/.env}")
shift || true
[ $# -gt 0 ] || set -- docker-compose.yml
cd "$ROOT"

umask 077
touch "$FILE"
made=0
for name in $(grep -oh '\${SHUNIU_[A-Z_]*_PASSWORD:?' "$@" | tr -d '${:?' | sort -u); do
  grep -q "^$name=" "$FILE" && continue
  # Letters and digits alone: it stands in addresses of databases as it is.
  printf '%s=%s\n' "$name" "$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')" >>"$FILE"
  made=$((made + 1))
done
echo "$made new passwords in $FILE"
