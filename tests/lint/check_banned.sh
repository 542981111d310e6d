#!/bin/sh
# Functions that are not used, with the one file where each may be: tests/lint/banned.txt.
cd "$(dirname "$0")/../.." || exit 1
bad=0
# Every line of code as file:line:code; comments and texts may speak of anything.
code=$(awk '{ line = $0; gsub(/"[^"]*"/, "", line); sub(/\/\/.*$/, "", line); print FILENAME ":" FNR ":" line }' \
    $(for room in $(tests/lint/rooms.py); do find "$room" -maxdepth 1 -name "*.[ch]"; done))
while read -r name file; do
    case $name in '' | '#'*) continue ;; esac
    # Members of structs may have any name.
    pattern="(^|[^.>_[:alnum:]])$name *\\("
    [ "$name" = goto ] && pattern='\bgoto\b'
    found=$(printf "%s\n" "$code" | grep -E "$pattern" | grep -v "^$file:")
    if [ -n "$found" ]; then
        echo "$name is not used here:"
        echo "$found"
        bad=1
    fi
done <tests/lint/banned.txt
# Criterion 2.4.1 keeps a request of its clock when the run ends before it, which LeakSanitizer reports now and then.
if grep -rnE '\.timeout *=' tests --include='*.c'; then
    echo ".timeout is not used here: CTest's TIMEOUT is the limit of a test"
    bad=1
fi
# What a job may replace is no root: base/file_inside.h.
if grep -nE '(inside\(|root = )[^,;]*paths(\.|->)(log|work|temporary|jars|checkpoints|snapshots)\b' $(git ls-files 'runtime/*.c') ||
    grep -nE 'file_(make_directories|read|write_atomically|list|remove_tree)\([^;]*paths(\.|->)(log|work|temporary|jars|checkpoints|snapshots)\b' \
        $(git ls-files 'runtime/*.c'); then
    echo "a job may write there: base/file_inside.h, from the directory of the cluster or the application"
    bad=1
fi
exit $bad
