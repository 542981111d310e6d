#!/usr/bin/env python3
"""The list of rooms (rooms.txt), for checks and scripts."""

import dataclasses
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]


@dataclasses.dataclass(frozen=True)
class Room:
    folder: str
    uses: tuple  # folders of other rooms
    packages: tuple
    about: str
    uses_all: bool = False  # every room that is listed before it

    def files(self, root=ROOT, pattern="*.[ch]"):
        return sorted((root / self.folder).glob(pattern))


def rooms(root=ROOT):
    found = {}
    for line in (root / "rooms.txt").read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        folder, uses, packages, about = (part.strip() for part in line.split("|"))
        uses_all = uses == "*"
        uses = tuple(found) if uses_all else tuple(uses.split())
        found[folder] = Room(folder, uses, tuple(packages.split()), about, uses_all)
    return found


def room_of(path, found):
    """The room of a file or an include, which is its folder. None: it is in no room."""
    return found.get(str(pathlib.PurePosixPath(path).parent))


if __name__ == "__main__":
    print(*rooms())
