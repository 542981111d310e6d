#!/usr/bin/env bash
# How many lines of each room the unit, component and contract tests run; fails where it is less than tests/coverage_floor.txt.
# `scripts/coverage.sh --raise` writes the floors that were reached; they are never lowered.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v ccache >/dev/null && export CMAKE_C_COMPILER_LAUNCHER=ccache
cmake --preset coverage >/dev/null
cmake --build --preset coverage -- --quiet
find build/coverage -name '*.gcda' -delete
ctest --preset coverage -j "$(nproc)" -LE 'lint|fuzz' -E '^(install|contributing)$' --quiet --output-on-failure
exec scripts/coverage_by_room.py "$@"
