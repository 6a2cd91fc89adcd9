#!/bin/bash
# MirrorMaker 2 that ends when a connector or a task of it has failed for good: it would run on without it, and only a new
# process starts the task again. What was copied twice then is dropped. The arguments are connect-mirror-maker.sh's.
set -u
exec 3< <(exec /opt/kafka/bin/connect-mirror-maker.sh "$@" 2>&1)
mirror=$!
trap 'kill -TERM "$mirror"' TERM INT
while IFS= read -r line <&3; do
  printf '%s\n' "$line"
  case $line in
    *'will not recover until manually restarted'* | *'Failed to start connector'*)
      echo 'A task failed, or a connector: ending, to be started again.'
      kill -TERM "$mirror"
      ;;
  esac
done
wait "$mirror"
