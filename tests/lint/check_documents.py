#!/usr/bin/env python3
"""Fails when a document names a link, a file or a function that does not exist: documents follow the code.

    check_documents.py             all of it
    check_documents.py --links     links only

A file is a word in backquotes with a folder in it (`controller/reconciler.c`, `docs/facts/`), a function one with parentheses
(`plan_next()`). What CONTRIBUTING.md tries (`<!-- tried: NAME -->`) does not exist before.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```.*?^```", re.M | re.S)
TRIED = re.compile(r"<!-- tried: .*?<!-- /tried -->", re.S)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.M)
CODE = re.compile(r"`([^`\n]+)`")
FILE = re.compile(r"[\w.-]+(?:/[\w.-]+)*/(?:[\w.-]+\.(?:c|h|py|sh|sql|json|md|txt|cmake|svg|java|csv))?")
FUNCTION = re.compile(r"([a-z_][a-z0-9_]+)\(\)")
# Folders of users and of the running daemon, and functions of libraries.
OTHER_FOLDERS = ("apps/", "snapshots/", "spares/", "build/", "target/", "tests/data/flink-", "port/")
LIBRARIES = ("clone", "truncate", "main", "open", "fsync", "posix_spawn", "malloc", "file_read")


def slug(heading):
    text = re.sub(r"[`*]|\[([^]]*)\]\([^)]*\)", lambda match: match[1] or "", heading).lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def link_problems(path, text):
    for target in LINK.findall(FENCE.sub("", text)):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        place = (path.parent / name).resolve() if name else path
        if not place.exists():
            yield f"links to {target}, which does not exist"
        elif anchor and anchor not in [slug(heading) for heading in HEADING.findall(FENCE.sub("", place.read_text()))]:
            yield f"links to {target}, which has no such heading"


def name_problems(text, functions):
    for code in CODE.findall(TRIED.sub("", FENCE.sub("", text))):
        if FILE.fullmatch(code) and not code.startswith(OTHER_FOLDERS) and not (ROOT / code).exists():
            yield f"names the file {code}, which does not exist"
        function = FUNCTION.fullmatch(code)
        if function and function[1] not in LIBRARIES and function[1] not in functions:
            yield f"names the function {code}, which does not exist"


def tracked(*patterns):
    return subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()


def words_before_parentheses():
    found = set()
    for name in tracked("*.c", "*.h", "*.py"):
        found |= set(re.findall(r"([a-z_][a-z0-9_]+)\(", (ROOT / name).read_text(errors="replace")))
    return found


def main():
    links_only = sys.argv[1:] == ["--links"]
    functions = set() if links_only else words_before_parentheses()
    bad = False
    for name in tracked("*.md"):
        path = ROOT / name
        text = path.read_text()
        problems = list(link_problems(path, text))
        if not links_only:
            problems += name_problems(text, functions)
        for problem in problems:
            print(f"{name} {problem}")
            bad = True
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
