#!/bin/sh
# No source file has more than 500 lines: one that has holds two ideas.
cd "$(dirname "$0")/../.." || exit 1
git ls-files '*.c' '*.h' '*.py' '*.sh' '*.java' | xargs wc -l | awk '$2 != "total" && $1 > 500 { print $2 ": " $1 " lines"; bad = 1 } END { exit bad }'
