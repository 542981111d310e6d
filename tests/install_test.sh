#!/bin/sh
# Usage: install_test.sh BUILD VERSION. What `cmake --install` installs runs from there, and finds its parts.
set -eu
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT
cmake --install "$1" --prefix "$prefix" >/dev/null
for file in kobel kobel-launch libkobel-properties.so; do
    [ -f "$prefix/bin/$file" ] || { echo "bin/$file is not installed"; exit 1; }
done
version=$("$prefix/bin/kobel" --version)
[ "$version" = "kobel $2" ] || { echo "kobel --version printed '$version', not 'kobel $2'"; exit 1; }
# Its status depends on the machine.
report=$("$prefix/bin/kobel" doctor) || true
if echo "$report" | grep 'belongs beside kobel'; then exit 1; fi
echo "$report" | grep -q sandbox || { echo "kobel doctor did not try the sandbox:"; echo "$report"; exit 1; }
