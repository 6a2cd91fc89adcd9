#!/usr/bin/env bash
# Runs a command where a container engine can be had: the one that runs, or Debian's, installed and started for it
# and stopped after it. Where none can be had it says so loudly, with the reason, and ends well: nothing was tested.
#   deploy/offline/with-engine.sh make images-offline test-containers
set -euo pipefail
cd "$(dirname "$0")/../.."

PID_FILE=/var/run/docker.pid
ENDS_WITHIN_S=60
# What the images and the suites need, by the program that shows it is there.
declare -A PACKAGE=([dockerd]=docker.io [iptables]=iptables [debootstrap]=debootstrap [mvn]=maven)
[ $# -gt 0 ] || { echo "usage: with-engine.sh COMMAND..." >&2; exit 2; }

skip() {
  printf '\n%s\n' "==================================================================" \
    "NO CONTAINER ENGINE: $1" "NOT RUN: ${command[*]}" \
    "==================================================================" >&2
  exit 0
}

install() {
  local missing=() program
  for program in "${!PACKAGE[@]}"; do
    command -v "$program" >/dev/null || missing+=("${PACKAGE[$program]}")
  done
  docker compose version >/dev/null 2>&1 || command -v docker-compose >/dev/null || missing+=(docker-compose)
  [ ${#missing[@]} -gt 0 ] || return 0
  [ "$(id -u)" = 0 ] || skip "${missing[*]} missing, and only root can install"
  command -v apt-get >/dev/null || skip "${missing[*]} missing, and there is no apt-get to install with"
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; } ||
    skip "apt-get could not install ${missing[*]}"
}

stop() {
  local engine=$1
  kill "$engine" 2>/dev/null || return 0
  for _ in $(seq $((ENDS_WITHIN_S * 5))); do
    kill -0 "$engine" 2>/dev/null || { echo "engine stopped"; return 0; }
    sleep 0.2
  done
  echo "the engine (pid $engine) still runs $ENDS_WITHIN_S s after it was told to stop" >&2
}

command=("$@")
install
if docker version >/dev/null 2>&1; then
  exec "$@"
fi
if ! told=$(deploy/offline/engine.sh 2>&1); then
  echo "$told" >&2
  told=$(tail -n 1 <<<"$told")
  skip "${told#no container engine: }"
fi
echo "$told"
engine=$(cat "$PID_FILE")
trap 'stop "$engine"' EXIT
"$@"
