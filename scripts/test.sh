#!/usr/bin/env bash
# Installs what the tests need and runs all of them; arguments choose parts: unit, lint, tidy, e2e.
set -uo pipefail
cd "$(dirname "$0")/.."

parts=("$@")
[ ${#parts[@]} -eq 0 ] && parts=(unit tidy e2e)
venv=${XDG_CACHE_HOME:-$HOME/.cache}/kobel/venv
logs=build/test-logs
jobs=$(nproc)
passed=0
failed=0
table=()

# part TITLE COMMAND...: its output goes to a log, whose end is shown when it fails.
part() {
    local title=$1 log from status=0
    shift
    log=$logs/$(echo "$title" | tr -cs 'A-Za-z0-9\n' '-').log
    from=$(date +%s)
    echo "== $title"
    "$@" >"$log" 2>&1 || status=$?
    if [ "$status" -ne 0 ]; then
        tail -n 80 "$log"
        echo "== $title failed; all of its output is in $log"
    fi
    table+=("$(printf '%-44s %-6s %5d s' "$title" "$([ "$status" -eq 0 ] && echo ok || echo FAILED)" $(($(date +%s) - from)))")
    last_log=$log
    return "$status"
}

# count PASSED FAILED: adds to the sum of the last line.
count() {
    passed=$((passed + $1))
    failed=$((failed + $2))
}

# A part that is one check.
check() { if part "$@"; then count 1 0; else count 0 1; fi; }

run_ctest() {
    part "$@"
    local sum
    sum=$(grep -E '^[0-9]+% tests passed' "$last_log" | sed 's/.*, \([0-9]*\) tests failed out of \([0-9]*\)/\1 \2/')
    if [ -z "$sum" ]; then count 0 1; else count $((${sum#* } - ${sum% *})) "${sum% *}"; fi
}

run_pytest() {
    part "$@"
    local sum ok bad
    sum=$(grep -E '^[0-9]+ (passed|failed|skipped|error).* in [0-9.]+s' "$last_log" | tail -n 1)
    ok=$(grep -oE '^[0-9]+ passed|, [0-9]+ passed' <<<"$sum" | grep -oE '[0-9]+')
    bad=$(grep -oE '[0-9]+ (failed|error)' <<<"$sum" | cut -d' ' -f1 | paste -sd+)
    [ -z "$ok" ] && [ "$((bad))" -eq 0 ] && bad=1
    count "${ok:-0}" "$((bad))"
    # Nothing is skipped silently; that there is nothing to show is no failure.
    grep -E '^(SKIPPED|.* skipped)' "$last_log" || true
}

unit() {
    check "build with ASan and UBSan" bash -c 'cmake --preset dev && cmake --build --preset dev' &&
        run_ctest "unit, component, contract and lint" ctest --preset dev -j "$jobs"
}

lint() {
    check "build with ASan and UBSan" bash -c 'cmake --preset dev && cmake --build --preset dev' &&
        run_ctest "lint" ctest --preset dev -L lint -j "$jobs"
}

tidy() {
    check "build with clang" bash -c 'cmake --preset clang && cmake --build --preset clang' &&
        check "clang-tidy and cppcheck" tests/lint/check_tidy.sh
}

e2e() {
    check "build for release" bash -c 'cmake --preset release && cmake --build --preset release' &&
        check "build for checking" bash -c 'cmake --preset dev && cmake --build --preset dev' &&
        check "install the Flink 1.20 runtime" build/release/kobel runtime install FLINK-1_20 &&
        check "the cluster port on real Flink" tests/contract_flink/run.sh &&
        run_pytest "the API with every reply checked" env KOBEL_BINARY="$PWD/build/dev/kobel" \
            "$venv/bin/python" -m pytest tests/e2e/test_api.py tests/e2e/test_http.py tests/e2e/test_auth.py \
            tests/e2e/test_constraints.py tests/e2e/test_schemathesis.py -q -rs -p no:cacheprovider &&
        run_pytest "end to end on real Flink" env KOBEL_BINARY="$PWD/build/release/kobel" \
            "$venv/bin/python" -m pytest tests/e2e -q -rs --durations=20 -p no:cacheprovider &&
        check "the demo" scripts/demo.sh
    return 0
}

mkdir -p "$logs"
check "install what is needed" scripts/setup.sh test || exit 1
for one in "${parts[@]}"; do
    case $one in
    unit | lint | tidy | e2e) "$one" ;;
    *)
        echo "usage: scripts/test.sh [unit|lint|tidy|e2e]..." >&2
        exit 2
        ;;
    esac
done

printf '\n'
printf '%s\n' "${table[@]}"
printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
