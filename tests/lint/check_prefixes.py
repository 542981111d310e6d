#!/usr/bin/env python3
"""Fails when a function of a header has another prefix: a reader should find the file of a function by its name alone.

The prefix is the name of the header, its first words, or the name of a struct or enum that the header declares. `prefixes.txt`
lists headers with another prefix, and why.
"""

import pathlib
import re
import sys

import rooms as table

# A declaration or an inline definition begins in the first column and has its name before the first parenthesis.
FUNCTION = re.compile(r"^(?!typedef|#|//|DEFINE_|return|enum \w+ \{|struct \w+ \{)[A-Za-z_][\w \t*]*?[ \t*]((?!__attribute__)\w+)\(", re.MULTILINE)
TYPE = re.compile(r"^(?:struct|enum) (\w+)(?= \{|;)", re.MULTILINE)
EXCEPTIONS = pathlib.Path(__file__).with_name("prefixes.txt")


def exceptions():
    rows = [line.split("#")[0].split() for line in EXCEPTIONS.read_text().splitlines()]
    return {row[0]: row[1:] for row in rows if row}


def prefixes_of(stem):
    """`event_log` -> event_log, event_logs, event, events."""
    words = stem.split("_")
    for count in range(len(words), 0, -1):
        prefix = "_".join(words[:count])
        yield prefix
        yield prefix + "s"
        if prefix.endswith("s"):
            yield prefix[:-1]


def problems(path, others):
    """The functions of a header that begin neither with its name nor with that of a type it declares."""
    text = path.read_text()
    allowed = [*prefixes_of(path.stem), *TYPE.findall(text), *others]
    return [name for name in FUNCTION.findall(text) if not any(name == one or name.startswith(one + "_") for one in allowed)]


def main():
    known = exceptions()
    bad = 0
    seen = set()
    for room in table.rooms().values():
        for path in room.files(pattern="*.h"):
            name = str(path.relative_to(table.ROOT))
            seen.add(name)
            left = problems(path, known.get(name, ()))
            if left:
                print(f"{name}: another prefix than that of the header: {', '.join(left)}")
                bad = 1
    for name in set(known) - seen:
        print(f"prefixes.txt names {name}, which does not exist")
        bad = 1
    return bad


if __name__ == "__main__":
    sys.exit(main())
