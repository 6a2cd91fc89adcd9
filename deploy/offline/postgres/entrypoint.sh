#!/usr/bin/env bash
# First start: a cluster with POSTGRES_USER, POSTGRES_PASSWORD and POSTGRES_DB, and what lies in
# /docker-entrypoint-initdb.d, as the public image does it. Any later start: the server on the data that is there.
set -euo pipefail

if [ "$(id -u)" = 0 ]; then
  install -d -o postgres -g postgres -m 0700 "$PGDATA"
  install -d -o postgres -g postgres -m 2775 /var/run/postgresql
  chown -R postgres:postgres "$PGDATA"
  exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi

# Nobody outside sees the server before its databases are there: it listens on its socket only.
first_start() {
  local user=${POSTGRES_USER:-postgres} database=${POSTGRES_DB:-${POSTGRES_USER:-postgres}}
  : "${POSTGRES_PASSWORD:?the first start needs POSTGRES_PASSWORD}"
  initdb --username="$user" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") --encoding=UTF8 --locale=C.UTF-8 \
    --auth-local=trust --auth-host=scram-sha-256 >/dev/null
  echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
  pg_ctl --wait --options="-c listen_addresses=''" start
  local sql=(psql --no-psqlrc --set=ON_ERROR_STOP=1 --username="$user" --dbname=postgres)
  [ "$database" = postgres ] || "${sql[@]}" --set=name="$database" <<<'create database :"name";'
  sql[4]=--dbname=$database
  local file
  for file in /docker-entrypoint-initdb.d/*; do
    case $file in
    *.sh) bash "$file" ;;
    *.sql) "${sql[@]}" --file="$file" ;;
    esac
  done
  pg_ctl --wait --mode=fast stop
}

if [ "${1:-}" = postgres ]; then
  # A first start that was killed half way leaves no mark, and begins anew.
  if [ ! -e "$PGDATA/.first-start-done" ]; then
    find "$PGDATA" -mindepth 1 -delete
    first_start
    touch "$PGDATA/.first-start-done"
  fi
  set -- "$@" -c listen_addresses='*'
fi
exec "$@"
