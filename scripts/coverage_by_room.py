#!/usr/bin/env python3
"""Compares the lines that were run, by room, with tests/coverage_floor.txt: the second half of scripts/coverage.sh.

Reads what gcov makes of the counters in build/coverage. A file belongs to the room with the longest directory that it lies in.
"""

import collections
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "coverage"
FLOORS = ROOT / "tests" / "coverage_floor.txt"
# So many lines of a room may be missing: a few depend on timing.
SLACK_LINES = 3


def rooms():
    lines = (ROOT / "rooms.txt").read_text().splitlines()
    return {line.split()[0] for line in lines if line.strip() and not line.startswith("#")}


def room_of(path, known):
    return next((str(parent) for parent in pathlib.PurePath(path).parents if str(parent) in known), None)


def lines_run():
    """File -> line -> whether it was run, by any of the programs. Files that no program was linked with count as well."""
    files = collections.defaultdict(dict)
    notes = sorted(str(path) for path in BUILD.rglob("*.gcno"))
    done = subprocess.run(["gcov", "--json-format", "--stdout", *notes], cwd=BUILD, check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True)
    for document in done.stdout.splitlines():
        report = json.loads(document)
        for file in report["files"]:
            path = os.path.relpath(os.path.join(report["current_working_directory"], file["file"]), ROOT)
            for line in file["lines"]:
                files[path][line["line_number"]] = files[path].get(line["line_number"], False) or line["count"] > 0
    return files


def by_room(files, known):
    """Room -> lines that were run, lines."""
    sums = {room: [0, 0] for room in known}
    for path, lines in files.items():
        room = room_of(path, known)
        if room:
            sums[room][0] += sum(lines.values())
            sums[room][1] += len(lines)
    return {room: figures for room, figures in sorted(sums.items()) if figures[1] > 0}


def read_floors():
    if not FLOORS.exists():
        return {}
    lines = [line.split() for line in FLOORS.read_text().splitlines() if line.strip() and not line.startswith("#")]
    return {room: int(percent) for room, percent in lines}


def write_floors(floors):
    rows = "".join(f"{room:20} {percent}\n" for room, percent in sorted(floors.items()))
    FLOORS.write_text(f"# Percent of the lines of a room that the tests have to run: scripts/coverage.sh --raise.\n{rows}")


def main():
    sums = by_room(lines_run(), rooms())
    floors = read_floors()
    below = []
    for room, (run, lines) in sums.items():
        floor = floors.get(room)
        is_below = floor is not None and 100 * (run + SLACK_LINES) < floor * lines
        below += [room] if is_below else []
        print(f"{room:20} {100 * run / lines:5.1f} %  {run:5} of {lines:5} lines   " +
              (f"floor {floor} %" if floor is not None else "no floor yet: --raise") + ("   BELOW" if is_below else ""))
    run, lines = (sum(figures[index] for figures in sums.values()) for index in (0, 1))
    print(f"{'all':20} {100 * run / lines:5.1f} %  {run:5} of {lines:5} lines")
    if "--raise" in sys.argv[1:]:
        write_floors({room: max(floors.get(room, 0), 100 * run // lines) for room, (run, lines) in sums.items()})
    elif below:
        print(f"below the floor: {', '.join(below)}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
