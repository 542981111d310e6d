#!/usr/bin/env python3
"""Draws the rooms from the includes of the code: docs/rooms.svg, and the table between the marks in ARCHITECTURE.md.

`--check` writes nothing and fails where either is not what the code says now. An arrow goes from a room to one whose
headers it includes; one that follows from others (a -> b -> c makes a -> c superfluous) is left out of the picture, not
out of the table.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "lint"))
import rooms as table  # noqa: E402

INCLUDE = re.compile(r'^#include "([^"]+)"', re.MULTILINE)
BEGIN, END = "<!-- rooms: made by scripts/draw_rooms.py -->\n", "<!-- /rooms -->"
BOX_W, BOX_H, GAP_X, GAP_Y, MARGIN = 128, 34, 14, 46, 16
COLOURS = {"api": "#dbeafe", "controller": "#dcfce7", "runtime": "#fef3c7", "cli": "#fce7f3"}


def used_rooms(rooms):
    """What each room includes, as folders."""
    uses = {}
    for room in rooms.values():
        found = {table.room_of(name, rooms) for path in room.files() for name in INCLUDE.findall(path.read_text())}
        uses[room.folder] = {used.folder for used in found if used is not None} - {room.folder}
    return uses


def reach(uses, folder):
    found = set()
    for used in uses[folder]:
        found |= {used} | reach(uses, used)
    return found


def needed_arrows(uses):
    for folder, used in uses.items():
        for one in sorted(used):
            if not any(one in reach(uses, other) for other in used - {one}):
                yield folder, one


def layers(uses):
    """The rooms from the lowest layer up; within a layer above the middle of what they use."""
    depth = {}

    def depth_of(folder):
        if folder not in depth:
            depth[folder] = 1 + max((depth_of(used) for used in uses[folder]), default=-1)
        return depth[folder]

    rows = {}
    for folder in uses:
        rows.setdefault(depth_of(folder), []).append(folder)
    place = {}
    for level in sorted(rows):
        def middle(folder):
            below = [place[used] for used in uses[folder] if used in place]
            return (sum(below) / len(below) if below else 0, folder)
        rows[level].sort(key=middle)
        for index, folder in enumerate(rows[level]):
            place[folder] = (index + 0.5) / len(rows[level])
    return [rows[level] for level in sorted(rows)]


def svg(uses):
    rows = layers(uses)
    width = 2 * MARGIN + max(len(row) for row in rows) * (BOX_W + GAP_X) - GAP_X
    height = 2 * MARGIN + len(rows) * (BOX_H + GAP_Y) - GAP_Y
    at = {}
    for level, row in enumerate(rows):
        y = height - MARGIN - BOX_H - level * (BOX_H + GAP_Y)
        left = (width - len(row) * (BOX_W + GAP_X) + GAP_X) / 2
        for index, folder in enumerate(row):
            at[folder] = (left + index * (BOX_W + GAP_X), y)
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">',
             '<title>The rooms of kobel: an arrow points to the room whose headers are included</title>',
             '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
             '<path d="M0 0L8 4L0 8z" fill="#64748b"/></marker></defs>',
             f'<rect width="{width}" height="{height}" fill="white"/>']
    for folder, used in needed_arrows(uses):
        (x, y), (to_x, to_y) = at[folder], at[used]
        lines.append(f'<line x1="{x + BOX_W / 2:.0f}" y1="{y + BOX_H:.0f}" x2="{to_x + BOX_W / 2:.0f}" y2="{to_y:.0f}" '
                     'stroke="#94a3b8" marker-end="url(#tip)"/>')
    for folder, (x, y) in at.items():
        colour = COLOURS.get(folder.split("/")[0], "#f1f5f9")
        lines.append(f'<rect x="{x:.0f}" y="{y:.0f}" width="{BOX_W}" height="{BOX_H}" rx="5" fill="{colour}" stroke="#475569"/>')
        lines.append(f'<text x="{x + BOX_W / 2:.0f}" y="{y + BOX_H / 2 + 4:.0f}" text-anchor="middle">{folder}</text>')
    return "\n".join([*lines, "</svg>"]) + "\n"


def markdown(rooms, uses):
    lines = ["", "| room | it is about | includes |", "|---|---|---|"]
    for room in rooms.values():
        used = " ".join(f"`{folder}`" for folder in rooms if folder in uses[room.folder])
        lines.append(f"| `{room.folder}/` | {room.about} | {used or '–'} |")
    return "\n".join(lines) + "\n\n"


def wanted():
    """The files and what they are to hold."""
    rooms = table.rooms()
    uses = used_rooms(rooms)
    page = ROOT / "ARCHITECTURE.md"
    text = page.read_text()
    before, rest = text.split(BEGIN)
    return {ROOT / "docs" / "rooms.svg": svg(uses), page: before + BEGIN + markdown(rooms, uses) + END + rest.split(END)[1]}


def main():
    bad = 0
    for path, text in wanted().items():
        if path.exists() and path.read_text() == text:
            continue
        if "--check" in sys.argv:
            print(f"{path.relative_to(ROOT)} is older than the code: run scripts/draw_rooms.py")
            bad = 1
        else:
            path.write_text(text)
    return bad


if __name__ == "__main__":
    sys.exit(main())
