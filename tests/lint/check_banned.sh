#!/bin/sh
# Functions that are not used, with the one file where each may be: tests/lint/banned.txt.
cd "$(dirname "$0")/../.." || exit 1
bad=0
while read -r name file; do
    case $name in '' | '#'*) continue ;; esac
    pattern="\\b$name *\\("
    [ "$name" = goto ] && pattern='\bgoto\b'
    # Comments and texts may speak of them.
    found=$(for source in base/*.[ch] model/*.[ch] openapi/*.[ch] storage/*.[ch] runtime/*.[ch] controller/*.[ch] api/*.[ch] daemon/*.[ch]; do
        [ "$source" = "$file" ] && continue
        sed -e 's://.*$::' -e 's:"[^"]*"::g' "$source" | grep -nE "$pattern" | sed "s:^:$source\::"
    done)
    if [ -n "$found" ]; then
        echo "$name is not used here:"
        echo "$found"
        bad=1
    fi
done <tests/lint/banned.txt
exit $bad
