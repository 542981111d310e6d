#!/bin/sh
# Fails when a committed file has a path of one machine, an address of a package registry, or a misspelt word: none is right for
# other readers.
cd "$(dirname "$0")/../.." || exit 1
bad=0
found=$(git ls-files | grep -v '^tests/lint/check_words.sh$' |
    xargs grep -nIE '(^|[^a-zA-Z0-9_.%/])/(root|work)/|https?://(repo1?\.maven|pypi\.|files\.pythonhosted|registry\.npmjs|deb\.debian|crates\.io)')
[ -n "$found" ] && { echo "$found"; bad=1; }
command -v codespell >/dev/null || { echo "codespell is missing: scripts/setup.sh test"; exit 1; }
git ls-files | grep -vE '\.json$|corpus/' | xargs codespell --ignore-words-list=te,fo,hist,passt || bad=1
exit $bad
