#!/usr/bin/env python3
"""Measures three ways to close the ports of an application to others: Landlock, which kobel uses; a network namespace for each cluster
with a link in user mode (pasta); mutual TLS of Flink.

    tests/bench/fence.py [rounds]

Needs build/release/kobel, the installed FLINK-1_20, and the packages passt and iperf3. Prints medians, and asserts nothing:
compare the ratios to "none".
"""

import json
import os
import pathlib
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from common import ROOT, build_jar, runtime_directory

from plain_flink import HeldPort, PlainFlink

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 3
LAUNCHER = str(ROOT / "build" / "release" / "kobel-launch")
PASSWORD = "for-this-bench"

# The range of --cluster-ports, the ports of one cluster, the port of the API.
FENCES = {
    "none": [],
    "landlock": [LAUNCHER, "--closed-ports", "21100-24099", "--own-ports", "21100-21115", "--closed-port", "4566", "--"],
    "pasta": ["pasta", "--config-net", "--quiet", *(["--runas", "0"] if os.getuid() == 0 else []), "-T", "auto", "--"],
}

# Round trips of 100 bytes to a port of the host's loopback, in microseconds each.
PING = """
import socket, sys, time
with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as connection:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    began = time.monotonic()
    for _ in range(5000):
        connection.sendall(b"x" * 100)
        got = 0
        while got < 100:
            got += len(connection.recv(100 - got))
    print((time.monotonic() - began) / 5000 * 1e6)
"""


def run(fence, command):
    return subprocess.run([*FENCES[fence], *command], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60).stdout


def start_ms(fence):
    began = time.monotonic()
    run(fence, ["/bin/true"])
    return (time.monotonic() - began) * 1000


def echo(listener):
    connection, _ = listener.accept()
    with connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while data := connection.recv(4096):
            connection.sendall(data)


def round_trip_us(fence):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=echo, args=(listener,), daemon=True)
        thread.start()
        return float(run(fence, [sys.executable, "-c", PING, str(listener.getsockname()[1])]))


def throughput_gbit(fence):
    """From the application to a server on the host, as to a broker."""
    held = HeldPort()
    port = held.number
    server = subprocess.Popen(["iperf3", "-s", "-1", "--forceflush", "-B", "127.0.0.1", "-p", str(port)], stdout=subprocess.PIPE, text=True)
    try:
        # It prints a line when it listens.
        while "listening" not in server.stdout.readline():
            pass
        report = json.loads(run(fence, ["/usr/bin/iperf3", "-c", "127.0.0.1", "-p", str(port), "-t", "3", "-J"]))
    finally:
        server.kill()
        server.wait()
        held.release()
    return report["end"]["sum_received"]["bits_per_second"] / 1e9


def tls_settings(work):
    store = work / "flink.keystore"
    subprocess.run(["keytool", "-genkeypair", "-alias", "flink", "-keyalg", "RSA", "-keysize", "2048", "-dname", "CN=flink", "-storepass", PASSWORD,
                    "-keystore", str(store), "-storetype", "PKCS12"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return ["security.ssl.internal.enabled: true", f"security.ssl.internal.keystore: {store}", f"security.ssl.internal.truststore: {store}",
            *(f"security.ssl.internal.{name}: {PASSWORD}" for name in ("keystore-password", "key-password", "truststore-password"))]


def flink_start_s(runtime, jar, work, settings):
    plain = PlainFlink(runtime, pathlib.Path(tempfile.mkdtemp(dir=work)), settings)
    try:
        return plain.run(jar)[0]
    finally:
        plain.stop()


def main():
    print(f"{'fence':<12}{'a process starts':>18}{'a round trip':>15}{'throughput':>14}{'of none':>9}")
    found = {fence: ([], [], []) for fence in FENCES}
    for _ in range(ROUNDS):
        for fence, (starts, trips, rates) in found.items():
            starts += [start_ms(fence) for _ in range(10)]
            trips.append(round_trip_us(fence))
            rates.append(throughput_gbit(fence))
    plain = statistics.median(found["none"][2])
    for fence, figures in found.items():
        start, trip, rate = (statistics.median(figure) for figure in figures)
        print(f"{fence:<12}{start:>15.1f} ms{trip:>12.1f} us{rate:>9.1f} Gb/s{rate / plain:>9.2f}", flush=True)
    runtime = runtime_directory()
    with tempfile.TemporaryDirectory() as directory:
        work = pathlib.Path(directory)
        jar = build_jar(runtime, work, "Counting")
        settings = {"plain": (), "mutual TLS": tls_settings(work)}
        seconds = {name: [] for name in settings}
        for _ in range(ROUNDS):
            for name, more in settings.items():
                seconds[name].append(flink_start_s(runtime, jar, work, more))
    print(f"\n{'plain Flink, start to RUNNING':<40}{statistics.median(seconds['plain']):>7.2f} s")
    print(f"{'with mutual TLS on its RPC and data ports':<40}{statistics.median(seconds['mutual TLS']):>7.2f} s")


main()
