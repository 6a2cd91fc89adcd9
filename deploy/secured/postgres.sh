#!/usr/bin/env bash
# Starts PostgreSQL with TLS only. It wants its key in a file that is its account's alone, so each start takes a copy.
set -euo pipefail
install -o postgres -g postgres -m 600 /etc/shuniu/tls/server.pem /run/tls/server.pem
exec "$(command -v docker-entrypoint.sh || command -v entrypoint.sh)" postgres \
  -c ssl=on -c ssl_cert_file=/run/tls/server.pem -c ssl_key_file=/run/tls/server.pem \
  -c hba_file=/etc/shuniu/pg_hba.conf
