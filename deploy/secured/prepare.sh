#!/usr/bin/env bash
# What a stack needs to run with deploy/secured/docker-compose.yml over docker-compose.yml: an authority, the engines'
# certificates, passwords, and an environment file that names both compose files, in a folder of its own:
#   deploy/secured/prepare.sh FOLDER [NAME...]     NAME: further host names or addresses that engines are reached by
# What is there is kept and what is missing is made, so it is run again after an upgrade, and to replace what was
# removed: docs/security.md. The folder belongs to whoever made it, alone; a container gets the part of it that it needs.
set -euo pipefail

ROOT=$(cd "$(dirname "$0")/../.." && pwd)
FILES=(docker-compose.yml deploy/secured/docker-compose.yml)
AUTHORITY_DAYS=3650
CERTIFICATE_DAYS=825

[ $# -gt 0 ] || { echo "usage: prepare.sh FOLDER [NAME...]" >&2; exit 2; }
command -v openssl >/dev/null || { echo "openssl is missing: apt-get install openssl" >&2; exit 3; }
FOLDER=$(realpath -m "$1")
shift
case $FOLDER/ in "$(realpath "$ROOT")"/*)
  echo "$FOLDER is inside the repository; keys and passwords belong outside of it" >&2
  exit 2
  ;;
esac
umask 077
mkdir -p "$FOLDER"
chmod 700 "$FOLDER"

key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256; }
number() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }

# One that has a name of its own, so that an old and a new one can be trusted side by side.
authority() {
  key >"$FOLDER/authority/ca.key"
  openssl req -x509 -new -key "$FOLDER/authority/ca.key" -days "$AUTHORITY_DAYS" -out "$FOLDER/authority/ca.pem" \
    -subj "/CN=authority $(number 4)" -config <(printf '%s\n' '[req]' 'distinguished_name=name' 'x509_extensions=ca' \
      '[name]' '[ca]' 'basicConstraints=critical,CA:true,pathlen:0' 'keyUsage=critical,keyCertSign,cRLSign' \
      'subjectKeyIdentifier=hash')
  echo "a new authority in $FOLDER/authority: keep its key apart"
}

# certificate FILE COMMON_NAME NAME...: key and certificate in one file, the key in PKCS#8 as Java wants it.
certificate() {
  local file=$1 common=$2 name names=()
  shift 2
  [ -e "$file" ] && return
  for name in "$@"; do
    case $name in *:*) names+=("IP:$name") ;; *[!0-9.]*) names+=("DNS:$name") ;; *) names+=("IP:$name") ;; esac
  done
  key >"$file.new"
  openssl x509 -req -in <(openssl req -new -key "$file.new" -subj "/CN=$common") -days "$CERTIFICATE_DAYS" \
    -CA "$FOLDER/authority/ca.pem" -CAkey "$FOLDER/authority/ca.key" -set_serial "0x$(number 15)" \
    -extfile <(printf '%s\n' 'basicConstraints=critical,CA:false' 'keyUsage=critical,digitalSignature' \
      'extendedKeyUsage=serverAuth,clientAuth' 'subjectKeyIdentifier=hash' 'authorityKeyIdentifier=keyid' \
      "subjectAltName=$(IFS=,; echo "${names[*]}")") 2>/dev/null >>"$file.new"
  chmod 644 "$file.new" # for the container's account; on this machine the folder lets nobody else pass
  mv "$file.new" "$file"
  echo "a new certificate for $common in $file"
}

mkdir -p "$FOLDER"/{authority,trusted,kafka,admin,postgres}
chmod 755 "$FOLDER"/{trusted,kafka,admin,postgres}
[ -e "$FOLDER/authority/ca.key" ] || authority
certificate "$FOLDER/kafka/server.pem" broker kafka localhost "$@"
certificate "$FOLDER/admin/client.pem" admin admin
certificate "$FOLDER/postgres/server.pem" postgres postgres localhost "$@"

# Added to what is trusted already; taking an old one away is a step of its own.
trusted=$FOLDER/trusted/ca.pem
touch "$trusted"
[[ $(<"$trusted") == *"$(<"$FOLDER/authority/ca.pem")"* ]] || cat "$FOLDER/authority/ca.pem" >>"$trusted"
chmod 644 "$trusted"

environment=$FOLDER/environment
touch "$environment"
for line in "COMPOSE_FILE=$(IFS=:; echo "${FILES[*]}")" "SHUNIU_SECURED_FOLDER=$FOLDER"; do
  grep -q "^${line%%=*}=" "$environment" || echo "$line" >>"$environment"
done
"$ROOT/deploy/passwords.sh" "$environment" "${FILES[@]}"
