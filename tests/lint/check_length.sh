#!/bin/sh
# Fails when a source file has more than 500 lines: it holds more than one idea.
cd "$(dirname "$0")/../.." || exit 1
git ls-files '*.c' '*.h' '*.py' '*.sh' '*.java' | xargs wc -l | awk '$2 != "total" && $1 > 500 { print $2 ": " $1 " lines"; bad = 1 } END { exit bad }'
