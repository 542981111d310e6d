#!/bin/sh
# Fails when a function of tests/lint/banned.txt is used outside of the file that may use it: there is a safer function, or one
# place for it. Also finds three patterns that have caused faults, see below.
cd "$(dirname "$0")/../.." || exit 1
bad=0
# Each line of code as file:line:code, without strings and comments.
code=$(awk '{ line = $0; gsub(/"[^"]*"/, "", line); sub(/\/\/.*$/, "", line); print FILENAME ":" FNR ":" line }' \
    $(for room in $(tests/lint/rooms.py); do find "$room" -maxdepth 1 -name "*.[ch]"; done))
while read -r name file; do
    case $name in '' | '#'*) continue ;; esac
    # Not members of structs, which may have any name.
    pattern="(^|[^.>_[:alnum:]])$name *\\("
    [ "$name" = goto ] && pattern='\bgoto\b'
    found=$(printf "%s\n" "$code" | grep -E "$pattern" | grep -v "^$file:")
    if [ -n "$found" ]; then
        echo "$name must not be used here, see tests/lint/banned.txt:"
        echo "$found"
        bad=1
    fi
done <tests/lint/banned.txt
# With .timeout Criterion 2.4.1 sometimes leaks memory at the end, which LeakSanitizer reports.
if grep -rnE '\.timeout *=' tests --include='*.c'; then
    echo ".timeout must not be used: the TIMEOUT of CTest limits a test"
    bad=1
fi
# A job may replace these directories by links, so that none may be the root of a path: base/file_inside.h.
if grep -nE '(inside\(|root = )[^,;]*paths(\.|->)(log|work|temporary|jars|checkpoints|snapshots)\b' $(git ls-files 'runtime/*.c') ||
    grep -nE 'file_(make_directories|read|write_atomically|list|remove_tree)\([^;]*paths(\.|->)(log|work|temporary|jars|checkpoints|snapshots)\b' \
        $(git ls-files 'runtime/*.c'); then
    echo "a job may replace this directory: use base/file_inside.h with the directory of the cluster or the application as root"
    bad=1
fi
exit $bad
