#!/bin/sh
# Everything is formatted by the house file.
cd "$(dirname "$0")/../.." || exit 1
command -v clang-format-14 >/dev/null || { echo "clang-format-14 is missing: scripts/setup.sh test"; exit 1; }
git ls-files '*.c' '*.h' | xargs clang-format-14 --dry-run -Werror
