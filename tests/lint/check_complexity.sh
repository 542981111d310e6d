#!/bin/sh
# Fails when a function has a cyclomatic complexity above 15 (pmccabe): it is hard to test and to read.
cd "$(dirname "$0")/../.." || exit 1
command -v pmccabe >/dev/null || { echo "pmccabe is missing: scripts/setup.sh test"; exit 1; }
pmccabe $(for room in $(tests/lint/rooms.py); do find "$room" -maxdepth 1 -name "*.c"; done) |
    awk '$1 > 15 { print $6 " " $7 ": complexity " $1; bad = 1 } END { exit bad }'
