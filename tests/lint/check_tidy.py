#!/usr/bin/env python3
"""Fails when clang-tidy or cppcheck finds a fault in a room, with the compile commands of the clang preset. Slow: not part of CTest.

A source without findings is not checked again until it, one of its headers, the rules or a package of the machine changes: a run
takes as long as what has changed. KOBEL_TIDY_ALL=1 checks everything.
"""

import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import time

import rooms as table

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "clang"
ROOMS = table.rooms()
KEPT = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "kobel" / "tidy"
KEPT_FOR_S = 30 * 86400
INCLUDE = re.compile(r'^#include "([^"]+)"', re.MULTILINE)
HEADERS = "(%s)/[^/]*[.]h$" % "|".join(ROOMS)
# The analyzer gives a function up after so many states. Its own limit, 225,000, takes six times as long.
ANALYZER = [f"--extra-arg={word}" for word in ("-Xclang", "-analyzer-config", "-Xclang", "max-nodes=40000")]
TIDY = ["clang-tidy-14", "--quiet", "-p", str(BUILD), f"--header-filter={HEADERS}", *ANALYZER]
# varFuncNullUB: NULL ends lists of arguments; it is a pointer in every C library that kobel runs on.
CPPCHECK = ["cppcheck", "--quiet", "--std=c17", "--enable=warning,performance,portability", "--inline-suppr", "--error-exitcode=1",
            "-I.", "-D_GNU_SOURCE", *(f"--suppress={name}" for name in (
                "missingIncludeSystem", "unknownMacro", "nullPointerRedundantCheck", "varFuncNullUB"))]


def output(*words):
    return subprocess.run(words, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout


def digest(*parts):
    sum = hashlib.sha256()
    for part in parts:
        sum.update(part if isinstance(part, bytes) else part.encode())
        sum.update(b"\0")
    return sum.hexdigest()


@functools.cache
def included(path):
    """A source and the files of the checkout that it includes."""
    found = dict.fromkeys([path])
    for name in INCLUDE.findall((ROOT / path).read_text()):
        if (ROOT / name).exists():
            found.update(dict.fromkeys(included(name)))
    return list(found)


def digest_of(entry):
    """A digest of the source with its headers and flags. Comments count, as they may suppress a finding; headers of the system are
    those of the packages, which `rules` contains."""
    command = entry["command"].replace(str(ROOT), ".")
    return digest(command, *((ROOT / path).read_bytes() for path in included(os.path.relpath(entry["file"], ROOT))))


def is_good(key, command):
    """Whether `command` finds nothing; it does not run when it found nothing for this key before."""
    mark = KEPT / key
    if mark.exists() and "KOBEL_TIDY_ALL" not in os.environ:
        mark.touch()
        return True
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL if command[0] == TIDY[0] else None, text=True)
    if done.returncode == 0:
        mark.touch()
    sys.stdout.write(done.stdout)
    sys.stdout.flush()
    return done.returncode == 0


def remove_old_marks():
    for mark in KEPT.iterdir():
        if mark.stat().st_mtime < time.time() - KEPT_FOR_S:
            mark.unlink(missing_ok=True)


def main():
    KEPT.mkdir(parents=True, exist_ok=True)
    remove_old_marks()
    rules = digest(output("dpkg-query", "-W"), *TIDY[4:], (ROOT / ".clang-tidy").read_bytes())
    entries = [entry for entry in json.loads((BUILD / "compile_commands.json").read_text())
               if entry["file"].endswith(".c") and table.room_of(pathlib.Path(entry["file"]).relative_to(ROOT), ROOMS)]
    sources = sorted(os.path.relpath(entry["file"], ROOT) for entry in entries)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        seen = [digest_of(entry) for entry in entries]
        good = list(pool.map(lambda one: is_good(digest(rules, one[1]), [*TIDY, one[0]["file"]]), zip(entries, seen)))
    whole = digest(rules, *CPPCHECK, *sources, *seen)
    good.append(is_good(whole, [*CPPCHECK, *sources]))
    print(f"{good.count(False)} of {len(good)} checks found something")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
