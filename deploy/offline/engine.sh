#!/usr/bin/env bash
# A Docker engine for the images and the container tests: the one that runs, or Debian's, installed and started
# where root may. Says exactly why there is none, and exits 3; it never stops or kills anything.
# The engine outlives the script; the last line says how to stop it.
set -euo pipefail

LOG=${SHUNIU_ENGINE_LOG:-/var/log/shuniu-dockerd.log}
PID_FILE=/var/run/docker.pid
STARTED_WITHIN_S=60

running() { docker version --format '{{.Server.Version}}' 2>/dev/null; }

refuse() {
  echo "no container engine: $1" >&2
  exit 3
}

refuse_with_log() {
  echo "the last lines of $LOG:" >&2
  tail -n 15 "$LOG" >&2
  refuse "$1"
}

install_debian() {
  command -v apt-get >/dev/null || refuse "dockerd is not installed, and there is no apt-get to install it with"
  export DEBIAN_FRONTEND=noninteractive
  if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends docker.io iptables >/dev/null; }; then
    refuse "dockerd is not installed, and installing docker.io and iptables failed"
  fi
}

start() {
  : >"$LOG" || refuse "cannot write its log $LOG (SHUNIU_ENGINE_LOG names another)"
  # Ports are published on loopback only, unless somebody asks for more.
  setsid dockerd --ip 127.0.0.1 >"$LOG" 2>&1 </dev/null &
  local engine=$!
  for _ in $(seq $((STARTED_WITHIN_S * 5))); do
    running >/dev/null && return
    kill -0 "$engine" 2>/dev/null || refuse_with_log "dockerd ended while starting"
    sleep 0.2
  done
  refuse_with_log "dockerd (pid $engine) does not answer after $STARTED_WITHIN_S s"
}

if version=$(running); then
  echo "engine $version runs already"
  exit 0
fi
[ -z "${DOCKER_HOST:-}" ] || refuse "DOCKER_HOST=$DOCKER_HOST does not answer"
[ "$(id -u)" = 0 ] || refuse "none answers, and only root can start one"
if ! { command -v dockerd && command -v iptables; } >/dev/null; then install_debian; fi
start
echo "engine $(running) started, log in $LOG; stop it with: kill \$(cat $PID_FILE)"
