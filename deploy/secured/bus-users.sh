#!/usr/bin/env bash
# Gives each user of the bus the password that the environment holds, SHUNIU_<USER>_BUS_PASSWORD, by Kafka's own tool.
set -euo pipefail
umask 077
trap 'rm -f /tmp/user.properties' EXIT # the container stays, stopped; a password in its files need not
cat >/tmp/admin.properties <<'END'
security.protocol=SSL
ssl.keystore.type=PEM
ssl.keystore.location=/etc/shuniu/tls/client.pem
ssl.truststore.type=PEM
ssl.truststore.location=/etc/shuniu/trusted/ca.pem
END
for variable in $(compgen -e | grep '^SHUNIU_.*_BUS_PASSWORD$'); do
  user=${variable#SHUNIU_}
  user=${user%_BUS_PASSWORD}
  printf 'SCRAM-SHA-512=password=%s\n' "${!variable}" >/tmp/user.properties # no password in a list of processes
  /opt/kafka/bin/kafka-configs.sh --bootstrap-server kafka:9094 --command-config /tmp/admin.properties \
    --alter --entity-type users --entity-name "$SHUNIU_STACK.${user,,}" --add-config-file /tmp/user.properties
done
