#!/usr/bin/env bash
# Every image without an image registry: from Debian packages, Maven Central and a wheelhouse of PyPI's wheels.
#   deploy/offline/build.sh [base|postgres|kafka|shuniu]...      all four where none is named
# A base that is there already is kept; remove the image to make it anew. Nothing of it is ever committed.
set -euo pipefail
cd "$(dirname "$0")/../.."

MIRROR=${SHUNIU_DEBIAN_MIRROR:-} # empty: the one that debootstrap knows
KAFKA_VERSION=${SHUNIU_KAFKA_VERSION:-4.1.0}
PREFIX=${SHUNIU_OFFLINE_PREFIX:-shuniu-offline}
WORK=dist/offline
# Python 3.11, which the wheels are for, and Java 17 are bookworm's; PostgreSQL 17 is trixie's.
PYTHON_SUITE=bookworm
POSTGRES_SUITE=trixie

image() { echo "$PREFIX/$1"; }
there() { docker image inspect "$1" >/dev/null 2>&1; }
say() { printf '%s  %s\n' "$(date +%T)" "$*"; }

need() {
  command -v "$1" >/dev/null || { echo "$1 is missing: apt-get install $2" >&2; exit 3; }
}

# The suite's essential packages, without what no container reads.
debian() {
  local suite=$1 name root
  name=$(image "debian:$suite")
  there "$name" && return
  need debootstrap debootstrap
  say "$name from ${MIRROR:-the default mirror}"
  root=$(mktemp -d)
  debootstrap --variant=minbase "$suite" "$root" ${MIRROR:+"$MIRROR"} >"$WORK/debootstrap-$suite.log"
  (cd "$root" && rm -rf ./var/cache/apt/archives/*.deb ./var/lib/apt/lists/* ./usr/share/{doc,man,locale}/* \
    ./var/log/*.log ./dev/*)
  tar --create --directory "$root" --numeric-owner . | docker import - "$name" >/dev/null
  rm -rf "$root"
}

# A build without cache of what the network answered; the network is the host's, as its mirror settings are.
build() {
  local name=$1 file=$2 context=$3
  shift 3
  say "$(image "$name")"
  DOCKER_BUILDKIT=${DOCKER_BUILDKIT:-0} docker build --quiet --network=host --label cn.shuniu.part=image \
    --tag "$(image "$name")" --file "$file" "$@" "$context" >/dev/null
}

base() {
  debian "$PYTHON_SUITE"
  local target
  for target in runtime build; do
    build "base:$target" deploy/offline/base/Dockerfile deploy/offline/base --target "$target" \
      --build-arg "DEBIAN=$(image "debian:$PYTHON_SUITE")"
  done
}

postgres() {
  debian "$POSTGRES_SUITE"
  build postgres deploy/offline/postgres/Dockerfile deploy/offline/postgres \
    --build-arg "DEBIAN=$(image "debian:$POSTGRES_SUITE")"
}

# The released jars are what the pom names, no more; Maven checks their checksums.
kafka() {
  debian "$PYTHON_SUITE"
  need mvn maven
  local context=$WORK/kafka
  rm -rf "$context" && mkdir -p "$context"
  cp -r deploy/offline/kafka/. "$context"
  mvn --quiet --batch-mode --file "$context/pom.xml" "-Dkafka.version=$KAFKA_VERSION" \
    dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=libs
  build kafka "$context/Dockerfile" "$context" --build-arg "DEBIAN=$(image "debian:$PYTHON_SUITE")"
}

shuniu() {
  { there "$(image base:runtime)" && there "$(image base:build)"; } || base
  compgen -G 'dist/wheelhouse/shuniu-*.whl' >/dev/null ||
    { echo "dist/wheelhouse holds no wheels of ours: make wheelhouse" >&2; exit 3; }
  build shuniu deploy/images/Dockerfile . \
    --build-arg "BASE=$(image base:runtime)" --build-arg "BUILD=$(image base:build)" \
    --build-arg "VERSION=$(basename dist/wheelhouse/shuniu-[0-9]*.whl | cut -d- -f2)" \
    --build-arg "REVISION=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)"
}

docker version --format '{{.Server.Version}}' >/dev/null 2>&1 ||
  { echo "no container engine answers: deploy/offline/engine.sh starts one, or says why it cannot" >&2; exit 3; }
[ $# -gt 0 ] || set -- base postgres kafka shuniu
for target in "$@"; do
  case $target in base | postgres | kafka | shuniu) ;; *)
    echo "no image '$target': base, postgres, kafka or shuniu" >&2
    exit 2
    ;;
  esac
done
mkdir -p "$WORK"
for target in "$@"; do "$target"; done
# What the builds left behind, and what they replaced: nothing that has a name or is in use.
docker image prune --force --filter label=cn.shuniu.part >/dev/null
docker images --filter "reference=$PREFIX/*" --format 'table {{.Repository}}:{{.Tag}}\t{{.Size}}'
