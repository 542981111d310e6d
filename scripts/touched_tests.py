#!/usr/bin/env python3
"""Runs the tests of build/dev that a change touches, the nearest first, as long as the time suffices.

Which tests a change touches is read from the build: ninja knows of which objects a test program is linked, and which headers each object
includes. Nearest is a test file that has changed or that tests the changed header (its first include), then one that includes it, then
every other one of the programs into which the change is linked. A source is represented by its first include, which is its own header.
What is left out is named. Durations are kept in build/dev/test-seconds.json.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "dev"
KNOWN = BUILD / "test-seconds.json"
INCLUDE = re.compile(r'^#include "([^"]+)"', re.MULTILINE)
SUITE = re.compile(r"^\s*(?:Test|ParameterizedTest\([^,]*,)\s*\(?\s*(\w+)", re.MULTILINE)
# A path that the build gives to the tests as a macro, with what a test appends to it.
MACRO = re.compile(r'-D(\w+)=\\"(/[^"\\]*)\\"')
# Scripts that read only some files; lint_format has its own way here, with the changed files only.
SCRIPT_READS = {"lint_headers": r"\.h$", "lint_openapi": r"^openapi/|make_openapi", "lint_format": r"^$",
                "install": r"CMakeLists.txt$|^cmake/|install_test"}
TESTED, INCLUDED, LINKED = range(3)
# For the tests, though the build took all of the time.
LEAST_S = 5


def output(*words):
    return subprocess.run(words, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def inside(path):
    """The path from the root of the checkout, or None where it is outside or built."""
    path = os.path.relpath(os.path.normpath(BUILD / path), ROOT)
    return None if path.startswith(("../", "build/")) else path


# --- what changed ---

def changed_files(since):
    listed = output("git", "diff", "--name-only", since).splitlines()
    return set(listed) | set(output("git", "ls-files", "--others", "--exclude-standard").splitlines())


def first_include(path):
    found = INCLUDE.search((ROOT / path).read_text())
    return found[1] if found else None


def headers_of(changed):
    """The changed headers, and the own header of each changed source."""
    headers = {path for path in changed if path.endswith(".h")}
    return headers | {first_include(path) for path in changed if path.endswith(".c") and (ROOT / path).exists()} - {None}


# --- what the build knows ---

class Build:
    def __init__(self):
        self.depends = {}  # object -> files of the checkout, the source first
        for line in output("ninja", "-C", str(BUILD), "-t", "deps").splitlines():
            if line.startswith("    "):
                path = inside(line.strip())
                found.extend([path] if path else [])
            elif ": #deps" in line:
                found = self.depends[line.split(":")[0]] = []
        commands = json.loads((BUILD / "compile_commands.json").read_text())
        self.macros = dict(MACRO.findall("\n".join(entry["command"] for entry in commands)))

    def objects(self, target):
        words = output("ninja", "-C", str(BUILD), "-t", "inputs", target).splitlines()
        return [word for word in words if self.depends.get(word)], {path for path in map(inside, words) if path}

    def files(self, target):
        objects, files = self.objects(target)
        return files.union(*(self.depends[name] for name in objects))

    def read_by(self, text):
        """The files that a test reads or runs by a macro of the build."""
        found = set()
        for name, value in self.macros.items():
            for tail in re.findall(rf'\b{name}\b(?:\s*"(/[^"]*)")?', text):
                path = pathlib.Path(value + tail)
                if BUILD in path.parents:
                    found |= self.files(str(path.relative_to(BUILD)))
                elif path != ROOT:
                    found.add(os.path.relpath(path, ROOT))
        return found


def covers(files, changed):
    """Whether a changed file is one of the files, or lies in a directory among them."""
    return any(path in files or any(str(parent) in files for parent in pathlib.PurePath(path).parents) for path in changed)


# --- what is to be run ---

class Item:
    def __init__(self, name, rank, command, bad=()):
        self.name, self.rank, self.command, self.bad = name, rank, command, bad


def rank_of(source, read, changed, headers):
    includes = INCLUDE.findall((ROOT / source).read_text())
    if source in changed or headers.intersection(includes[:1]):
        return TESTED
    return INCLUDED if headers.intersection(includes) or covers(read, changed) else LINKED


def items_of_program(build, name, command, bad, changed, headers):
    """One for each file of tests, by its suites; one for a program without suites."""
    target = os.path.relpath(command[0], BUILD)
    objects, files = build.objects(target)
    own = [source for source in (build.depends[one][0] for one in objects) if source.startswith("tests/")]
    read = {source: build.read_by((ROOT / source).read_text()) for source in own}
    data = {os.path.relpath(word, ROOT) for word in command[1:] if word.startswith(str(ROOT))}
    files |= data.union(*(build.depends[one] for one in objects), *read.values())
    if not covers(files, changed):
        return
    suites = {source: sorted(set(SUITE.findall((ROOT / source).read_text()))) for source in own}
    for source in filter(suites.get, sorted(own)):
        rank = rank_of(source, read[source], changed, headers)
        wanted = [*command, "--filter", f"@({'|'.join(suites[source])})/*"]
        yield Item(f"{name} {pathlib.Path(source).stem}", rank, wanted, bad)
    if not any(suites.values()):
        yield Item(name, INCLUDED if covers(data.union(own), changed) else LINKED, command, bad)


def property_of(test, name):
    return next((one["value"] for one in test.get("properties", []) if one["name"] == name), [])


def items_of(changed):
    headers = headers_of(changed)
    tests = json.loads(output("ctest", "--test-dir", str(BUILD), "--show-only=json-v1"))["tests"]
    build = Build()
    for test in tests:
        command, bad = test["command"], property_of(test, "FAIL_REGULAR_EXPRESSION")
        if BUILD in pathlib.Path(command[0]).parents:
            yield from items_of_program(build, test["name"], command, bad, changed, headers)
        elif any(re.search(SCRIPT_READS.get(test["name"], ""), path) for path in changed):
            yield Item(test["name"], INCLUDED, command)
    code = sorted(path for path in changed if path.endswith((".c", ".h")) and (ROOT / path).exists())
    if code:
        yield Item("format of the changed files", TESTED, ["clang-format-14", "--dry-run", "-Werror", *code])


# --- running ---

class Runner:
    def __init__(self, deadline):
        self.deadline = deadline
        self.seconds = json.loads(KNOWN.read_text()) if KNOWN.exists() else {}
        self.failed, self.left, self.running = [], [], set()

    def is_in_time(self, item):
        return item.rank == TESTED or self.deadline is None or time.time() + self.seconds.get(item.name, 0) < self.deadline

    def run(self, item):
        if not self.is_in_time(item):
            self.left.append(item.name)
            return
        began = time.time()
        process = subprocess.Popen(item.command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                                   start_new_session=True)
        self.running.add(process)
        limit = None if item.rank == TESTED or self.deadline is None else max(self.deadline - began, 0.1)
        try:
            text, _ = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            self.left.append(item.name)
        else:
            self.judge(item, process.returncode, text, time.time() - began)
        self.seconds[item.name] = time.time() - began
        self.running.discard(process)

    def judge(self, item, status, text, seconds):
        good = status == 0 and not any(re.search(one, text) for one in item.bad)
        if not good:
            self.failed.append(item.name)
            text = "\n".join(text.splitlines()[-40:])
        print(f"{'ok    ' if good else 'FAILED'} {seconds:5.1f} s  {item.name}" + ("" if good else f"\n{text}"), flush=True)

    def run_all(self, items):
        order = sorted(items, key=lambda item: (item.rank, self.seconds.get(item.name, 0)))
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            try:
                list(pool.map(self.run, order))
            except KeyboardInterrupt:
                pool.shutdown(wait=False, cancel_futures=True)
                for process in self.running.copy():
                    os.killpg(process.pid, signal.SIGKILL)
                raise SystemExit(130) from None
        KNOWN.write_text(json.dumps(self.seconds, indent=1, sort_keys=True))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--since", default="HEAD", metavar="REV", help="a change is what differs from this revision (default: HEAD)")
    parser.add_argument("--within", type=float, default=20, metavar="SECONDS", help="time for the build and the tests (default: 20)")
    parser.add_argument("--all", action="store_true", help="run everything that is touched, however long it takes")
    parser.add_argument("--began", type=float, default=time.time(), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    changed = changed_files(arguments.since)
    runner = Runner(None if arguments.all else max(arguments.began + arguments.within, time.time() + LEAST_S))
    runner.run_all(items_of(changed))
    if runner.left:
        programs = collections.Counter(name.split()[0] for name in runner.left)
        names = ", ".join(f"{name} ({count} files)" if count > 1 else name for name, count in sorted(programs.items()))
        print(f"left out for lack of time, though touched (--all runs them): {names}")
    print(f"{len(changed)} files changed, {len(runner.failed)} failed, {time.time() - arguments.began:.0f} s")
    return 1 if runner.failed else 0


if __name__ == "__main__":
    sys.exit(main())
