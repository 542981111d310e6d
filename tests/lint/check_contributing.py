#!/usr/bin/env python3
"""Fails when the steps of CONTRIBUTING.md do not work: follows them in a copy of the tree, for an operation, a runtime and a room.

    check_contributing.py [--keep DIRECTORY]

The steps are read from the document, between `<!-- tried: NAME -->` and `<!-- /tried -->`. Each is a sentence for readers, too:

    In `FILE`, below the line with `TEXT`:                then a block of code, which is inserted there; or above
    In `FILE`, below the line that begins with `TEXT`:    the same
    In `FILE`, replace `TEXT` by `TEXT`.                  it must be there once
    Write `FILE`:                                         then a block of code: a new file
    Run:                                                  then a block of commands

Then all is built without optimisation, and requests are sent to the daemon.
"""

import argparse
import contextlib
import importlib.util
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import types
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
SECTION = re.compile(r"<!-- tried: (\w+) -->\n(.*?)<!-- /tried -->", re.S)
BLOCK = re.compile(r"```\w+\n(.*?)```", re.S)
INSERT = re.compile(r"In `([^`]+)`, (above|below) the line (with|that begins with) `([^`]+)`:$")
REPLACE = re.compile(r"In `([^`]+)`, replace `([^`]+)` by `([^`]+)`\.")
WRITE = re.compile(r"Write `([^`]+)`:$")
RUN = re.compile(r"Run:$")
PATIENCE_S = 120


class Wrong(Exception):
    pass


# --- the document ---

def paragraphs(text):
    """Yields (paragraph on one line, code that follows it or None)."""
    parts = BLOCK.split(text)
    for index in range(0, len(parts), 2):
        lines = [" ".join(part.split()) for part in parts[index].split("\n\n") if part.strip()]
        for number, line in enumerate(lines):
            is_last = number == len(lines) - 1 and index + 1 < len(parts)
            yield line, parts[index + 1] if is_last else None


def read(tree, name):
    if not (tree / name).is_file():
        raise Wrong(f"{name} does not exist")
    return (tree / name).read_text()


def insert(tree, name, side, how, text, code):
    lines = read(tree, name).splitlines(keepends=True)
    found = [at for at, line in enumerate(lines) if (line.startswith(text) if how == "that begins with" else text in line)]
    if len(found) != 1:
        raise Wrong(f"{name} has {len(found)} lines with `{text}`")
    at = found[0] + (side == "below")
    (tree / name).write_text("".join(lines[:at] + [code] + lines[at:]))


def replace(tree, name, old, new):
    text = read(tree, name)
    if text.count(old) != 1:
        raise Wrong(f"{name} has `{old}` {text.count(old)} times")
    (tree / name).write_text(text.replace(old, new))


def write(tree, name, code):
    if (tree / name).exists():
        raise Wrong(f"{name} exists already")
    (tree / name).parent.mkdir(parents=True, exist_ok=True)
    (tree / name).write_text(code)


def follow(tree, sentence, code):
    """Follows one paragraph. Returns the number of its steps."""
    replacements = REPLACE.findall(sentence)
    for step in replacements:
        replace(tree, *step)
    wanted = [INSERT.search(sentence), WRITE.search(sentence), RUN.search(sentence)]
    if any(wanted) != (code is not None):
        raise Wrong(f"a step and its block of code belong together: {sentence}")
    if wanted[0]:
        insert(tree, *wanted[0].groups(), code)
    elif wanted[1]:
        write(tree, wanted[1][1], code)
    elif wanted[2]:
        run(["sh", "-e", "-c", code], tree)
    return len(replacements) + (code is not None)


def follow_section(tree, name, text):
    steps = sum(follow(tree, sentence, code) for sentence, code in paragraphs(text))
    print(f"{name}: {steps} steps")


# --- the copy ---

def run(command, cwd, **options):
    done = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode != 0:
        raise Wrong(f"{' '.join(map(str, command))} failed:\n{done.stdout[-6000:]}")
    return done.stdout


def copy_tree(tree):
    names = run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], ROOT).split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)


def build(tree, targets):
    """Without optimisation and sanitizers, which is quick. Warnings are errors."""
    environment = {**os.environ, "CCACHE_BASEDIR": str(tree), "CCACHE_NOHASHDIR": "1"}
    if shutil.which("ccache"):
        environment["CMAKE_C_COMPILER_LAUNCHER"] = "ccache"
    run(["cmake", "-S", ".", "-B", "build", "-G", "Ninja", "-DCMAKE_BUILD_TYPE=", "-DCMAKE_C_FLAGS=-O0", "-DKOBEL_TESTS=ON",
         "-DKOBEL_WERROR=ON"], tree, env=environment)
    run(["cmake", "--build", "build", "--parallel", str(os.cpu_count()), "--target", *targets], tree, env=environment)


def is_formatted(tree, names):
    if shutil.which("clang-format-14"):
        run(["clang-format-14", "--dry-run", "-Werror", *names], tree)


# --- does it work? ---

@contextlib.contextmanager
def daemon(tree):
    with tempfile.TemporaryDirectory() as data:
        ready = pathlib.Path(data) / "ready.json"
        with open(tree / "daemon.log", "w") as log:
            process = subprocess.Popen(
                [tree / "build" / "kobel", "serve", "--port", "0", "--ready-file", ready, "--data", f"{data}/data", "--runtimes",
                 f"{data}/runtimes", "--sandbox", "none", "--spares", "0"], stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + PATIENCE_S
            while not ready.exists():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise Wrong("the daemon does not start:\n" + (tree / "daemon.log").read_text())
                time.sleep(0.02)
            yield types.SimpleNamespace(url=json.loads(ready.read_text())["url"])
        finally:
            process.terminate()
            process.wait()


def post(kobel, operation, **body):
    request = urllib.request.Request(f"{kobel.url}/api/v2/{operation}", json.dumps(body).encode(), {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def expect(condition, what):
    if not condition:
        raise Wrong(f"this is wrong: {what}")


def check_operation(tree, kobel):
    run([tree / "build/tests/unit_openapi", "--filter", "document/*"], tree)
    spec = importlib.util.spec_from_file_location("test_ping", tree / "tests/e2e/test_ping.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.test_a_ping_answers_the_status(kobel)
    status, reply = post(kobel, "PingApplication", ApplicationName="absent")
    expect(status == 400 and reply["__type"] == "ResourceNotFoundException", reply)
    status, reply = post(kobel, "PingApplication")
    expect(status == 400 and reply["__type"] == "ValidationException", reply)


def check_runtime(tree, kobel):
    role = "arn:aws:iam::000000000000:role/test"
    for runtime, wanted in (("FLINK-9_9", 200), ("FLINK-9_8", 400)):
        status, reply = post(kobel, "CreateApplication", ApplicationName=runtime, RuntimeEnvironment=runtime, ServiceExecutionRole=role)
        expect(status == wanted, f"{runtime}: {reply}")
    command = [tree / "build/kobel", "runtime", "install", "FLINK-9_9", "--from", tree / "absent", "--runtimes", tree / "runtimes"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    # The name is known, the download fails: exit status 2 would mean an unknown name.
    expect(done.returncode == 1 and "absent" in done.stdout, done.stdout)


def check_room(tree, kobel):
    run([tree / "build/tests/unit_billing"], tree)
    stray = tree / "billing/stray.c"
    stray.write_text('#include "storage/db.h"\n')
    refused = subprocess.run([sys.executable, "tests/lint/check_rooms.py"], cwd=tree, stdout=subprocess.PIPE, text=True)
    expect(refused.returncode == 1 and "billing may not use storage" in refused.stdout, refused.stdout)


CHECKS = {
    "operation": (check_operation, ["kobel", "kobel-launch", "kobel-properties", "unit_openapi"],
                  ["api/ops_ping.c", "api/operations.h"]),
    "runtime": (check_runtime, ["kobel"], ["model/runtime_environment.h", "model/runtime_environment.c"]),
    "room": (check_room, ["unit_billing"], ["billing/kpu_hours.h", "billing/kpu_hours.c", "tests/unit/billing/kpu_hours_test.c"]),
}


def check(tree):
    copy_tree(tree)
    sections = dict(SECTION.findall((tree / "CONTRIBUTING.md").read_text()))
    expect(sections.keys() == CHECKS.keys(), f"CONTRIBUTING.md has steps for {', '.join(sections)}")
    if not (tree / "rooms.txt").exists():
        print("room: not checked, this tree has no rooms.txt")
        del sections["room"]
    for name, text in sections.items():
        follow_section(tree, name, text)
    is_formatted(tree, [file for name in sections for file in CHECKS[name][2]])
    build(tree, list(dict.fromkeys(target for name in sections for target in CHECKS[name][1])))
    with daemon(tree) as kobel:
        for name in sections:
            CHECKS[name][0](tree, kobel)
            print(f"{name}: works")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keep", metavar="DIRECTORY", type=pathlib.Path, help="make the copy there and keep it")
    arguments = parser.parse_args()
    began = time.monotonic()
    try:
        if arguments.keep is not None:
            arguments.keep.mkdir(parents=True)
            check(arguments.keep.resolve())
        else:
            with tempfile.TemporaryDirectory(prefix="kobel-contributing-") as directory:
                check(pathlib.Path(directory).resolve())
    except Wrong as wrong:
        print(wrong)
        return 1
    print(f"{time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
