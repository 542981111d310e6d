#!/usr/bin/env bash
# Runs the contract of the cluster port on real Flink. Compiles the two jars that it needs against the installed runtime.
set -euo pipefail
cd "$(dirname "$0")/../.."

runtime=$(build/release/kobel runtime list | awk '/^FLINK-1_20/ { print $NF }')
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --preset dev >/dev/null
cmake --build --preset dev >/dev/null
javac -nowarn --release 11 -d "$work/classes" -cp "$runtime/lib/*" tests/e2e/jobs/*.java
for name in Counting Throws; do
    jar --create --file "$work/$name.jar" --main-class "jobs.$name" -C "$work/classes" .
done
# These programs are beside kobel, not beside the test.
export KOBEL_LAUNCHER=$PWD/build/dev/kobel-launch KOBEL_PRELOAD=$PWD/build/dev/libkobel-properties.so
KOBEL_TEST_RUNTIMES=$(dirname "$runtime") KOBEL_TEST_JAR=$work/Counting.jar KOBEL_TEST_BROKEN_JAR=$work/Throws.jar \
    timeout 1800 build/dev/tests/contract_flink
