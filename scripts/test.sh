#!/usr/bin/env bash
# Installs what the tests need and runs the tests. `quick` is for each commit, `deep` runs those of tests/e2e/deep.py, which the others
# leave out; other arguments select parts: unit, lint, tidy, coverage, e2e.
set -uo pipefail
cd "$(dirname "$0")/.."

venv=${XDG_CACHE_HOME:-$HOME/.cache}/kobel/venv
logs=build/test-logs
jobs=$(nproc)
began=$(date +%s)
background=
left_out=
# Progress of long parts, whose output goes to a log (tests/e2e/progress.py).
exec 3>&1

# --- reports ---

elapsed() { printf '%3d:%02d' $((($(date +%s) - began) / 60)) $((($(date +%s) - began) % 60)); }
say() { printf '%s  %s\n' "$(elapsed)" "$*"; }

# count PASSED FAILED: adds to the sums of the last line. In a file, as parts run at the same time.
count() { echo "$1 $2" >>"$logs/sums"; }

# part TITLE COMMAND...: runs it. The output goes to a log, whose end is shown when it fails.
part() {
    local title=$1 log from status=0 word=ok
    shift
    log=$logs/$(echo "$title" | tr -cs 'A-Za-z0-9\n' '-').log
    from=$(date +%s)
    say "$title"
    "$@" >"$log" 2>&1 || status=$?
    [ "$status" -eq 0 ] || word=FAILED
    printf '%-44s %-6s %5d s\n' "$title" "$word" $(($(date +%s) - from)) >>"$logs/table"
    say "$title: $word, $(($(date +%s) - from)) s"
    if [ "$status" -ne 0 ]; then
        grep -vE '^SKIPPED ' "$log" | tail -n 80
        say "$title failed; the whole output is in $log"
    fi
    last_log=$log
    return "$status"
}

# A part that is one check.
check() { if part "$@"; then count 1 0; else count 0 1; return 1; fi; }

run_ctest() {
    part "$@"
    local sum
    sed -n '/^The following tests FAILED:/,$ { /^[[:space:]].*(/p }' "$last_log" >>"$logs/failures"
    sum=$(grep -E '^[0-9]+% tests passed' "$last_log" | sed 's/.*, \([0-9]*\) tests failed out of \([0-9]*\)/\1 \2/')
    if [ -z "$sum" ]; then count 0 1; else count $((${sum#* } - ${sum% *})) "${sum% *}"; fi
}

# run_pytest TITLE BINARY ARGUMENT...: runs the tests of the arguments with a build of kobel.
run_pytest() {
    local title=$1 binary=$2 sum ok bad
    shift 2
    part "$title" env KOBEL_BINARY="$PWD/$binary" KOBEL_PROGRESS=3 KOBEL_EXERCISED="$PWD/$logs/exercised" \
        "$venv/bin/python" -m pytest -q -rsfE --durations=20 --basetemp="$work/$(echo "$title" | tr -cs 'A-Za-z0-9\n' '-')" "$@"
    sum=$(grep -E '^[0-9]+ (passed|failed|skipped|error).* in [0-9.]+s' "$last_log" | tail -n 1)
    ok=$(grep -oE '^[0-9]+ passed|, [0-9]+ passed' <<<"$sum" | grep -oE '[0-9]+')
    bad=$(grep -oE '[0-9]+ (failed|error)' <<<"$sum" | cut -d' ' -f1 | paste -sd+)
    [ -z "$ok" ] && [ "$((bad))" -eq 0 ] && bad=1
    count "${ok:-0}" "$((bad))"
    grep -E '^SKIPPED ' "$last_log" >>"$logs/skipped" || true
    grep -E '^(FAILED|ERROR) ' "$last_log" | cut -c1-300 >>"$logs/failures" || true
}

# As many as there is memory for (a test may have three clusters), and one more than processors: some tests wait.
workers() {
    local by_memory
    by_memory=$(awk '/^MemAvailable/ { print int($2 / 4000000) }' /proc/meminfo)
    echo $((by_memory < 1 ? 1 : by_memory < jobs + 1 ? by_memory : jobs + 1))
}
in_parallel() { echo "-n${KOBEL_TEST_WORKERS:-$(workers)} --dist=load --maxschedchunk=1"; }

# --- parts ---

build_dev() { check "build with ASan and UBSan" bash -c 'cmake --preset dev && cmake --build --preset dev'; }
build_release() { check "build for release" bash -c 'cmake --preset release && cmake --build --preset release'; }
install_runtime() { check "install the Flink 1.20 runtime" "$1" runtime install FLINK-1_20; }

unit_tests() { run_ctest "unit, component, contract and lint" ctest --preset dev -j "$jobs"; }

static_checks() {
    check "build with clang" bash -c 'cmake --preset clang && cmake --build --preset clang' &&
        check "clang-tidy and cppcheck" tests/lint/check_tidy.py
}

# Tests of the API, most of which need no Flink: with the checks of the dev build.
api_tests=()
for one in api http http_bodies auth constraints schemathesis enhanced_snapshots; do api_tests+=("tests/e2e/test_$one.py"); done

checked_api() {
    # shellcheck disable=SC2046
    run_pytest "the API with every reply checked" build/dev/kobel $(in_parallel) "${api_tests[@]}"
}

# After checked_api.
end_to_end() {
    # shellcheck disable=SC2046
    run_pytest "end to end on real Flink" build/release/kobel $(in_parallel) -m "not deep" tests/e2e "${api_tests[@]/#/--ignore=}" \
        --deselect=test_operations.py::test_every_operation_was_done_and_refused
    left_out=$(grep -E '^[0-9]+ deep tests were not run' "$last_log")
    run_pytest "every operation was done and refused" build/release/kobel tests/e2e/test_operations.py -k test_every_operation_was_done_and_refused
}

unit() { build_dev && unit_tests; }
lint() { build_dev && run_ctest "lint" ctest --preset dev -L lint -j "$jobs"; }
tidy() { static_checks; }
coverage() { check "coverage by room" scripts/coverage.sh && grep -E '[0-9] lines' "$last_log"; }

e2e() {
    build_release && build_dev && install_runtime build/release/kobel || return
    check "the cluster port on real Flink" tests/contract_flink/run.sh
    checked_api
    end_to_end
    check "the demo" scripts/demo.sh
}

deep() {
    build_release && install_runtime build/release/kobel || return
    # shellcheck disable=SC2046
    run_pytest "deep tests on real Flink" build/release/kobel $(in_parallel) -m deep tests/e2e
}

# What needs no Flink runs in the background, with a lower priority: the other tests mostly wait for Flink.
all() {
    build_dev && build_release && install_runtime build/release/kobel || return
    begin_background unit_tests static_checks
    checked_api
    end_to_end
    end_background
    check "the cluster port on real Flink" tests/contract_flink/run.sh
    check "the demo" scripts/demo.sh
}

quick() {
    build_dev && install_runtime build/dev/kobel || return
    begin_background unit_tests
    # shellcheck disable=SC2046
    run_pytest "a few tests end to end" build/dev/kobel $(in_parallel) tests/e2e -m quick
    end_background
}

# begin_background FUNCTION...: runs them one after the other in the background; end_background waits for the last.
begin_background() {
    set -m # a process group, to be ended as one
    (
        renice -n 5 "$BASHPID" >/dev/null
        for one in "$@"; do "$one"; done
    ) &
    background=$!
    set +m
}
end_background() {
    wait "$background" || true
    background=
}

# --- files that remain ---

remove() { [ -n "$1" ] && [ -d "$1" ] && rm -rf --one-file-system "$1"; }

# After a failure the directories of the tests are kept until the next run.
clean_up() {
    [ -n "$background" ] && kill -- "-$background" 2>/dev/null
    if [ "${keep:-no}" = yes ]; then echo "$work" >"$logs/kept"; else remove "$work"; fi
}

report_disk_usage() {
    local place
    printf '\nremaining files:'
    for place in build "$([ "$keep" = yes ] && echo "$work")"; do
        [ -d "$place" ] && printf ' %s %s;' "$place" "$(du -sh "$place" | cut -f1)"
    done
    printf ' caches for the next run:'
    for place in "${XDG_CACHE_HOME:-$HOME/.cache}/kobel" "${XDG_DATA_HOME:-$HOME/.local/share}/kobel/runtimes" ~/.m2; do
        [ -d "$place" ] && printf ' %s %s' "$place" "$(du -sh "$place" | cut -f1)"
    done
    printf '\n'
}

parts=("$@")
[ ${#parts[@]} -eq 0 ] && parts=(all)
for one in "${parts[@]}"; do
    case $one in
    all | quick | deep | unit | lint | tidy | coverage | e2e) ;;
    *)
        echo "usage: scripts/test.sh [quick|deep|unit|lint|tidy|coverage|e2e]..." >&2
        exit 2
        ;;
    esac
done

mkdir -p "$logs"
[ -f "$logs/kept" ] && remove "$(cat "$logs/kept")"
rm -rf "$logs"/{kept,sums,table,skipped,failures,exercised}
work=$(mktemp -d "${TMPDIR:-/tmp}/kobel-tests.XXXXXX")
trap clean_up EXIT
trap 'exit 130' INT TERM

check "install packages" scripts/setup.sh test || parts=()
for one in "${parts[@]}"; do "$one"; done

read -r passed failed < <(awk '{ passed += $1; failed += $2 } END { print passed + 0, failed + 0 }' "$logs/sums")
[ "$failed" -eq 0 ] || keep=yes
keep=${keep:-no}
printf '\n'
cat "$logs/table"
for one in skipped failures; do
    [ -s "$logs/$one" ] && printf '\n' && cat "$logs/$one"
done
[ -n "$left_out" ] && printf '\n%s\n' "$left_out"
report_disk_usage
printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
