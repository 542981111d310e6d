#!/usr/bin/env python3
"""Fails when a file includes a header of a room that its room may not use, when rooms use each other in a circle, or when a source
is in no room: rooms.txt is the architecture, and CMake builds only what it lists.

    check_rooms.py [DIRECTORY]     another tree
"""

import pathlib
import re
import sys

import rooms as table

INCLUDE = re.compile(r'^#include "([^"]+)"', re.MULTILINE)


def order_problems(rooms):
    """A room may use only rooms that are listed before it: so there can be no circle."""
    before = set()
    for room in rooms.values():
        for used in room.uses:
            if used not in rooms:
                yield f"rooms.txt: {room.folder} uses {used}, which is not in the list"
            elif used not in before:
                yield f"rooms.txt: {room.folder} uses {used}, which is listed after it"
        before.add(room.folder)


def include_problems(root, rooms):
    for room in rooms.values():
        for path in room.files(root):
            for name in INCLUDE.findall(path.read_text()):
                used = table.room_of(name, rooms)
                if used is None:
                    yield f"{path.relative_to(root)} includes {name}, which is in no room"
                elif used.folder != room.folder and used.folder not in room.uses:
                    yield f"{path.relative_to(root)} includes {name}: {room.folder} may not use {used.folder} (rooms.txt)"


def unused_problems(root, rooms):
    """A right that no file uses says something untrue about its room."""
    for room in rooms.values():
        names = {name for path in room.files(root) for name in INCLUDE.findall(path.read_text())}
        used = {found.folder for found in (table.room_of(name, rooms) for name in names) if found}
        for folder in room.uses if not room.uses_all else ():
            if folder not in used:
                yield f"rooms.txt: {room.folder} may use {folder}, and does not: take it out"


def stray_problems(root, rooms):
    """Sources in other folders would not be built."""
    for top in {room.folder.split("/")[0] for room in rooms.values()}:
        for path in sorted((root / top).rglob("*.[ch]")):
            if table.room_of(path.relative_to(root), rooms) is None:
                yield f"{path.relative_to(root)} is in no room of rooms.txt"


def main():
    root = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else table.ROOT
    rooms = table.rooms(root)
    problems = [*order_problems(rooms), *include_problems(root, rooms), *unused_problems(root, rooms), *stray_problems(root, rooms)]
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
