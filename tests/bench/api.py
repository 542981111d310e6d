#!/usr/bin/env python3
"""Measures the API: requests a second and the 99th percentile on 1, 16 and 64 connections, and memory with a thousand applications.

    tests/bench/api.py [build/release/kobel]

Needs wrk. A bare libmicrohttpd server sends a body of the same size in the same run: compare the ratios to it. Asserts nothing.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request

BINARY = sys.argv[1] if len(sys.argv) > 1 else "build/release/kobel"
HERE = os.path.dirname(os.path.abspath(__file__))
CONNECTIONS = (1, 16, 64)
SECONDS = int(os.environ.get("BENCH_SECONDS", "4"))
APPLICATIONS = 1000
ROLE = "arn:aws:iam::000000000000:role/x"

# Bodies that differ between requests; `body` is an expression of Lua.
SCRIPT = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/x-amz-json-1.1"
wrk.headers["X-Amz-Target"] = "KinesisAnalytics_20180523.%(operation)s"
wrk.headers["Authorization"] = "AWS4-HMAC-SHA256 Credential=test/20261124/us-east-1/kinesisanalytics/aws4_request, SignedHeaders=host, Signature=0"
local thread_number = 0
function setup(thread) thread:set("id", thread_number); thread_number = thread_number + 1 end
local count = 0
local failed = 0
function request()
  count = count + 1
  return wrk.format(nil, "/", nil, %(body)s)
end
function response(status) if status ~= 200 then failed = failed + 1; if failed < 3 then print("FAILED", status) end end end
"""


def call(url, operation, **body):
    request = urllib.request.Request(url, data=json.dumps(body).encode(), headers={
        "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "KinesisAnalytics_20180523." + operation})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read()


def wrk(url, operation, body, connections):
    """Requests a second and the 99th percentile in milliseconds."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(SCRIPT % {"operation": operation, "body": body})
        script.flush()
        printed = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "--latency", "-s", script.name, url],
                                 check=True, capture_output=True, text=True).stdout
    assert "FAILED" not in printed and "Non-2xx" not in printed, printed
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", printed)[1])
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", printed).groups()
    return rate, float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


class Bare:
    def __init__(self, size):
        binary = os.path.join(tempfile.mkdtemp(), "bare")
        flags = subprocess.run(["pkg-config", "--cflags", "--libs", "libmicrohttpd"], check=True, capture_output=True, text=True).stdout.split()
        subprocess.run(["cc", "-O2", "-o", binary, os.path.join(HERE, "bare_http.c"), *flags], check=True)
        self.process = subprocess.Popen([binary, str(size)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{self.process.stdout.readline().strip()}/"

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


class Kobel:
    def __init__(self, directory):
        self.process = subprocess.Popen([BINARY, "serve", "--port", "0", "--data", directory, "--application-limit", "none",
                                         "--log-level", "error"], stdout=subprocess.PIPE, text=True)
        self.url = re.search(r"=(http://\S+)", self.process.stdout.readline())[1] + "/"

    def memory_mb(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read())[1]) / 1024

    def stop(self):
        self.process.terminate()
        self.process.wait()


def row(title, url, bare_url, operation, body):
    for connections in CONNECTIONS:
        bare_rate, bare_p99 = wrk(bare_url, operation, body, connections)
        rate, p99 = wrk(url, operation, body, connections)
        print(f"{title:<38}{connections:>5}{rate:>12,.0f}{p99:>9.2f}{bare_rate:>12,.0f}{bare_p99:>9.2f}{rate / bare_rate:>9.0%}", flush=True)


def main():
    with tempfile.TemporaryDirectory() as directory:
        kobel = Kobel(directory)
        idle_mb = kobel.memory_mb()
        for number in range(APPLICATIONS):
            call(kobel.url, "CreateApplication", ApplicationName=f"app-{number}", RuntimeEnvironment="FLINK-1_20", ServiceExecutionRole=ROLE)
        described = len(call(kobel.url, "DescribeApplication", ApplicationName="app-1"))
        listed = len(call(kobel.url, "ListApplications", Limit=50))
        print(f"{'':<38}{'conn':>5}{'kobel/s':>12}{'p99 ms':>9}{'bare/s':>12}{'p99 ms':>9}{'ratio':>9}")
        bare = Bare(described)
        row(f"DescribeApplication ({described} bytes)", kobel.url, bare.url, "DescribeApplication",
            f"""'{{"ApplicationName":"app-' .. (count * 7 % {APPLICATIONS}) .. '"}}'""")
        stored_mb = kobel.memory_mb()
        row("DescribeApplication, never the same", kobel.url, bare.url, "DescribeApplication",
            f"""'{{"ApplicationName":"app-' .. (count * 7 % {APPLICATIONS}) .. '","x":' .. count .. '}}'""")
        bare.stop()
        bare = Bare(listed)
        row(f"ListApplications (50, {listed} bytes)", kobel.url, bare.url, "ListApplications", """'{"Limit":50}'""")
        row("ListApplications, never the same", kobel.url, bare.url, "ListApplications", """'{"Limit":50,"x":' .. count .. '}'""")
        bare.stop()
        bare = Bare(described)
        for connections in CONNECTIONS:
            prefix = f"'new-{connections}-' .. count"
            body = f"""'{{"ApplicationName":"' .. {prefix} .. '","RuntimeEnvironment":"FLINK-1_20","ServiceExecutionRole":"{ROLE}"}}'"""
            bare_rate, bare_p99 = wrk(bare.url, "CreateApplication", body, connections)
            rate, p99 = wrk(kobel.url, "CreateApplication", body, connections)
            print(f"{'CreateApplication':<38}{connections:>5}{rate:>12,.0f}{p99:>9.2f}{bare_rate:>12,.0f}{bare_p99:>9.2f}{rate / bare_rate:>9.0%}",
                  flush=True)
        bare.stop()
        print(f"\nresident memory: {idle_mb:.1f} MB at first, {stored_mb:.1f} MB with {APPLICATIONS} applications, each described once")
        kobel.stop()


main()
