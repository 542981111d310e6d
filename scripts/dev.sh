#!/usr/bin/env bash
# Builds what has changed, with sanitizers, and runs the tests that the change touches, in about 20 s. For all tests: scripts/test.sh.
# Usage: scripts/dev.sh [--since REV] [--within SECONDS] [--all] (scripts/touched_tests.py explains the options).
set -euo pipefail
cd "$(dirname "$0")/.."
began=$(date +%s)

# The hooks of the checkout (scripts/hooks), unless others are in use.
use_hooks() {
    git rev-parse --git-dir >/dev/null 2>&1 || return 0
    [ -z "$(git config core.hooksPath)" ] || return 0
    find "$(git rev-parse --git-common-dir)/hooks" -type f ! -name '*.sample' 2>/dev/null | grep -q . && return 0
    git config core.hooksPath scripts/hooks
}

configure() {
    [ -f build/dev/build.ninja ] && return
    command -v ccache >/dev/null && export CMAKE_C_COMPILER_LAUNCHER=ccache
    cmake --preset dev >/dev/null
}

case ${1:-} in
-h | --help) exec scripts/touched_tests.py --help ;;
esac
use_hooks
configure
# Editors and clangd look for it here.
ln -sfn build/dev/compile_commands.json compile_commands.json
cmake --build --preset dev -- --quiet
exec scripts/touched_tests.py --began "$began" "$@"
