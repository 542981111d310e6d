#!/bin/sh
# The functions at which scripts/gdb/kobel.gdb stops exist.
cd "$(dirname "$0")/../.." || exit 1
bad=0
for name in $(awk '$1 == "break" { print $2 }' scripts/gdb/kobel.gdb); do
    git grep -qE "^[a-z].*[ *]$name\(" -- '*.c' || {
        echo "scripts/gdb/kobel.gdb: there is no function $name()"
        bad=1
    }
done
exit $bad
