#!/usr/bin/env python3
"""clang-tidy and cppcheck over the rooms, with the compile commands of the clang preset. Slow: not part of ctest.

What was found good is not looked at again while the source with its headers, the rules and the packages of the machine are the same: so
a run costs what has changed. KOBEL_TIDY_ANEW=1 looks at everything.
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
TIDY = ["clang-tidy-14", "--quiet", "-p", str(BUILD), f"--header-filter={HEADERS}"]
# varFuncNullUB: NULL ends our sentinel lists; it is a pointer in every C library that kobel runs on.
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
    """The files of the checkout that a source is made of, itself first."""
    found = dict.fromkeys([path])
    for name in INCLUDE.findall((ROOT / path).read_text()):
        if (ROOT / name).exists():
            found.update(dict.fromkeys(included(name)))
    return list(found)


def seen_by_compiler(entry):
    """The source with its headers, comments included (they may suppress a finding), and its flags. Headers of the system are those of
    the packages, which `rules` knows."""
    command = entry["command"].replace(str(ROOT), ".")
    return digest(command, *((ROOT / path).read_bytes() for path in included(os.path.relpath(entry["file"], ROOT))))


def is_good(key, command):
    """Whether `command` finds nothing; it is not asked when it found nothing for this key before."""
    mark = KEPT / key
    if mark.exists() and "KOBEL_TIDY_ANEW" not in os.environ:
        mark.touch()
        return True
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL if command[0] == TIDY[0] else None, text=True)
    if done.returncode == 0:
        mark.touch()
    sys.stdout.write(done.stdout)
    sys.stdout.flush()
    return done.returncode == 0


def forget_the_old():
    for mark in KEPT.iterdir():
        if mark.stat().st_mtime < time.time() - KEPT_FOR_S:
            mark.unlink(missing_ok=True)


def main():
    KEPT.mkdir(parents=True, exist_ok=True)
    forget_the_old()
    rules = digest(output("dpkg-query", "-W"), HEADERS, (ROOT / ".clang-tidy").read_bytes())
    entries = [entry for entry in json.loads((BUILD / "compile_commands.json").read_text())
               if entry["file"].endswith(".c") and table.room_of(pathlib.Path(entry["file"]).relative_to(ROOT), ROOMS)]
    sources = sorted(os.path.relpath(entry["file"], ROOT) for entry in entries)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        seen = [seen_by_compiler(entry) for entry in entries]
        good = list(pool.map(lambda one: is_good(digest(rules, one[1]), [*TIDY, one[0]["file"]]), zip(entries, seen)))
    whole = digest(rules, *CPPCHECK, *sources, *seen)
    good.append(is_good(whole, [*CPPCHECK, *sources]))
    print(f"{good.count(False)} of {len(good)} looks found something")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
