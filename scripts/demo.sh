#!/usr/bin/env bash
# The life of a Flink application on kobel, from a fresh checkout: installs, builds and starts kobel, and uses the aws command line.
set -euo pipefail
cd "$(dirname "$0")/.."

kobel=build/release/kobel
jar=examples/counter-java/target/counter.jar
export PATH=${XDG_CACHE_HOME:-$HOME/.cache}/kobel/venv/bin:$PATH
work=$(mktemp -d)
daemon=
began=$(date +%s%N)

# --- reports ---

if [ -t 1 ]; then bold=$'\e[1m' faint=$'\e[2m' plain=$'\e[0m'; else bold='' faint='' plain=''; fi

seconds_since() { awk -v a="$1" -v b="$(date +%s%N)" 'BEGIN { printf "%.1f s", (b - a) / 1e9 }'; }
note() { printf '    %s%s%s\n' "$faint" "$*" "$plain"; }

# step TITLE COMMAND...: runs it and prints how long it took.
step() {
    local title=$1 from status=0
    shift
    from=$(date +%s%N)
    printf '%s%-46s%s' "$bold" "$title" "$plain"
    "$@" >"$work/step.log" 2>&1 || status=$?
    printf '%8s\n' "$(seconds_since "$from")"
    sed -n 's/^note: //p' "$work/step.log" | while read -r line; do note "$line"; done
    [ "$status" -eq 0 ] && return
    printf '\nThe step "%s" failed:\n' "$title" >&2
    tail -n 30 "$work/step.log" >&2
    [ -f "$work/daemon.log" ] && tail -n 10 "$work/daemon.log" >&2
    exit 1
}

clean_up() {
    if [ -n "$daemon" ]; then
        kill "$daemon" 2>/dev/null || true
        wait "$daemon" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# --- preparation ---

build() {
    cmake --preset release
    cmake --build --preset release
}

build_example() { mvn -q -B -f examples/counter-java/pom.xml package; }

serve() {
    "$kobel" serve --port 0 --ready-file "$work/ready" --data "$work/data" >/dev/null 2>"$work/daemon.log" &
    daemon=$!
    for _ in $(seq 200); do
        [ -f "$work/ready" ] && return
        kill -0 "$daemon" || return 1
        sleep 0.05
    done
    return 1
}

# --- the application, with the aws command line ---

msf() { aws kinesisanalyticsv2 "$@"; }
describe() { msf describe-application --application-name counter --query "ApplicationDetail.$1" --output text; }

wait_for() {
    local status=
    for _ in $(seq 300); do
        status=$(describe ApplicationStatus)
        [ "$status" = "$1" ] && return
        sleep 0.1
    done
    echo "the application is $status and not $1 after 30 s"
    return 1
}

put_code() {
    mkdir -p "$work/data/s3/code-bucket"
    cp "$jar" "$work/data/s3/code-bucket/counter.jar"
}

properties() {
    printf '[{"PropertyGroupId":"Counter","PropertyMap":{"greeting":"%s","records.per.second":"50"}}]' "$1"
}

create() {
    msf create-application --application-name counter --runtime-environment FLINK-1_20 \
        --service-execution-role arn:aws:iam::000000000000:role/demo \
        --application-configuration "{
            \"ApplicationCodeConfiguration\": {\"CodeContentType\": \"ZIPFILE\", \"CodeContent\": {\"S3ContentLocation\":
                {\"BucketARN\": \"arn:aws:s3:::code-bucket\", \"FileKey\": \"counter.jar\"}}},
            \"EnvironmentProperties\": {\"PropertyGroups\": $(properties hello)}}"
}

start() {
    msf start-application --application-name counter
    wait_for RUNNING
}

# The last line that the job has printed: "hello key=3 count=42 at=...".
last_line() {
    local newest
    newest=$(ls -t "$work"/data/apps/*/clusters/*/log/taskmanager-1.out 2>/dev/null | head -n 1)
    grep -a ' count=' "$newest" 2>/dev/null | tail -n 1
}
last_count() { last_line | sed 's/.*count=\([0-9]*\).*/\1/'; }

# show GREETING MINIMUM: waits for a record with that greeting. Its count has to exceed MINIMUM, which a restored state has reached.
show() {
    local line=
    for _ in $(seq 100); do
        line=$(last_line)
        if [[ $line == "$1 "* ]]; then
            [ "$(last_count)" -gt "$2" ] || { echo "the count did not continue: it was $2, and now the job prints: $line"; return 1; }
            echo "note: the job prints: ${line% at=*}"
            last_count >"$work/count"
            return
        fi
        sleep 0.1
    done
    echo "the job prints no record with '$1'; its last line: $line"
    return 1
}

wait_for_counts() {
    local before
    before=$(last_count)
    for _ in $(seq 100); do
        [ "$(last_count)" -gt $((before + 5)) ] && break
        sleep 0.1
    done
    last_count >"$work/count"
    echo "note: the job prints: $(last_line | sed 's/ at=.*//')"
}

snapshot() {
    msf create-application-snapshot --application-name counter --snapshot-name before-update
    for _ in $(seq 300); do
        [ "$(msf describe-application-snapshot --application-name counter --snapshot-name before-update \
            --query SnapshotDetails.SnapshotStatus --output text)" = READY ] && return
        sleep 0.1
    done
    return 1
}

update() {
    msf update-application --application-name counter --current-application-version-id "$(describe ApplicationVersionId)" \
        --application-configuration-update \
        "{\"EnvironmentPropertyUpdates\": {\"PropertyGroups\": $(properties moved)}}"
    wait_for RUNNING
}

stop() {
    msf stop-application --application-name counter
    wait_for READY
    echo "note: snapshots: $(msf list-application-snapshots --application-name counter \
        --query 'SnapshotSummaries[].SnapshotName' --output text | tr '\t' ' ')"
}

delete() {
    msf delete-application --application-name counter --create-timestamp "$(describe CreateTimestamp)"
    for _ in $(seq 100); do
        describe ApplicationStatus || return 0
        sleep 0.1
    done
    return 1
}

printf '%skobel: a Flink application through its life%s\n\n' "$bold" "$plain"
step "install packages" scripts/setup.sh build
step "build kobel" build
step "install the Flink 1.20 runtime" "$kobel" runtime install FLINK-1_20
step "build the example application (Maven)" build_example
# Not in a subshell: the daemon has to be a child of this script.
step "start kobel" serve
export AWS_ENDPOINT_URL=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["url"])' "$work/ready")
export AWS_PAGER= AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1
note "$AWS_ENDPOINT_URL"
step "put the jar into the code bucket" put_code
step "create-application" create
step "start-application, until RUNNING" start
step "records are being processed" show hello 0
step "... and counted" wait_for_counts
step "create-application-snapshot" snapshot
step "update-application: another property" update
step "the count continues" show moved "$(cat "$work/count")"
step "stop-application" stop
step "start-application, from the latest snapshot" start
step "the count continues" show moved "$(cat "$work/count")"
step "delete-application" delete
printf '\n%sall steps in %s%s\n' "$bold" "$(seconds_since "$began")" "$plain"
