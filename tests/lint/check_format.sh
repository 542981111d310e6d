#!/bin/sh
# Fails when a C file is not formatted by .clang-format: differences should show changes of meaning only.
cd "$(dirname "$0")/../.." || exit 1
command -v clang-format-14 >/dev/null || { echo "clang-format-14 is missing: scripts/setup.sh test"; exit 1; }
git ls-files '*.c' '*.h' | xargs clang-format-14 --dry-run -Werror
