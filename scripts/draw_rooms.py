#!/usr/bin/env python3
"""Draws the rooms from the includes of the code: the picture docs/rooms.svg and the table docs/rooms.md.

    draw_rooms.py              writes both
    draw_rooms.py --check      writes nothing, and fails when one of them is older than the code

In the picture an outer room is a frame. An arrow goes from a frame to one whose headers it includes. Within a frame, rooms include
rooms of the rows below.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "lint"))
import rooms as table  # noqa: E402

INCLUDE = re.compile(r'^#include "([^"]+)"', re.MULTILINE)
CHIP_H, CHIP_GAP, PAD, GAP_X, GAP_Y, MARGIN = 26, 8, 10, 30, 44, 16
COLOURS = {"api": "#dbeafe", "controller": "#dcfce7", "runtime": "#fef3c7", "cli": "#fce7f3"}


def used_rooms(rooms):
    """The folders whose headers each room includes."""
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


def layers(uses):
    """The nodes of a graph without circles, the lowest layer first: a node uses nodes of lower layers."""
    depth = {}

    def depth_of(node):
        if node not in depth:
            depth[node] = 1 + max((depth_of(used) for used in uses[node]), default=-1)
        return depth[node]

    rows = {}
    for node in uses:
        rows.setdefault(depth_of(node), []).append(node)
    return [rows[level] for level in sorted(rows)]


def groups_of(uses):
    """The outer rooms that each outer room uses. An arrow that follows from others (a -> b -> c, so a -> c) is left out."""
    outer = {}
    for folder, used in uses.items():
        top = folder.split("/")[0]
        outer.setdefault(top, set()).update(one.split("/")[0] for one in used)
    outer = {top: used - {top} for top, used in outer.items()}
    return {top: {one for one in used if not any(one in reach(outer, other) for other in used - {one})} for top, used in outer.items()}


class Box:
    """An outer room with its inner rooms in rows."""

    def __init__(self, top, uses):
        inner = {folder: {used for used in uses[folder] if used.split("/")[0] == top} for folder in uses if folder.split("/")[0] == top}
        self.rows = [sorted(row) for row in reversed(layers(inner))]
        self.top = top
        self.width = 2 * PAD + max(sum(chip_width(one) + CHIP_GAP for one in row) - CHIP_GAP for row in self.rows)
        self.height = 2 * PAD + len(self.rows) * (CHIP_H + CHIP_GAP) - CHIP_GAP

    def draw(self):
        colour = COLOURS.get(self.top, "#f1f5f9")
        yield f'<rect x="{self.x:.0f}" y="{self.y:.0f}" width="{self.width}" height="{self.height}" rx="8" fill="{colour}" stroke="#475569"/>'
        for number, row in enumerate(self.rows):
            x = self.x + (self.width - sum(chip_width(one) + CHIP_GAP for one in row) + CHIP_GAP) / 2
            y = self.y + PAD + number * (CHIP_H + CHIP_GAP)
            for one in row:
                yield (f'<rect x="{x:.0f}" y="{y:.0f}" width="{chip_width(one)}" height="{CHIP_H}" rx="5" fill="white" stroke="#94a3b8"/>'
                       f'<text x="{x + chip_width(one) / 2:.0f}" y="{y + 17:.0f}" text-anchor="middle">{one}</text>')
                x += chip_width(one) + CHIP_GAP


def chip_width(folder):
    return 20 + 7 * len(folder)


class Bend:
    """A point where an arrow passes a layer between two boxes, so that it crosses none."""

    width = height = 0

    def draw(self):
        return ()


def routes(groups, rows):
    """Each arrow as a list of nodes; adds a bend to each layer between its ends."""
    level = {node: number for number, row in enumerate(rows) for node in row}
    for top in groups:
        for used in sorted(groups[top]):
            path = [top]
            for number in range(level[top] - 1, level[used], -1):
                bend = Bend()
                rows[number].append(bend)
                path.append(bend)
            yield [*path, used]


def put_in_order(rows, paths):
    """Sorts each layer by the mean place of its neighbours, a few times up and down."""
    near = {}
    for path in paths:
        for one, other in zip(path, path[1:]):
            near.setdefault(one, []).append(other)
            near.setdefault(other, []).append(one)
    place = {node: index / len(row) for row in rows for index, node in enumerate(row)}
    for _ in range(8):
        for row in [*rows, *reversed(rows)]:
            row.sort(key=lambda node: sum(place[one] for one in near.get(node, [node])) / len(near.get(node, [node])))
            place.update({node: (index + 0.5) / len(row) for index, node in enumerate(row)})


def svg(uses):
    groups = groups_of(uses)
    rows = layers(groups)
    paths = list(routes(groups, rows))
    put_in_order(rows, paths)
    boxes = {node: node if isinstance(node, Bend) else Box(node, uses) for row in rows for node in row}
    width = 2 * MARGIN + max(sum(boxes[node].width + GAP_X for node in row) - GAP_X for row in rows)
    y = MARGIN
    for row in reversed(rows):
        x = (width - sum(boxes[node].width + GAP_X for node in row) + GAP_X) / 2
        tallest = max(boxes[node].height for node in row)
        for node in row:
            boxes[node].x, boxes[node].y = x, y + (tallest - boxes[node].height) / 2
            boxes[node].row_top, boxes[node].row_bottom = y, y + tallest
            x += boxes[node].width + GAP_X
        y += tallest + GAP_Y
    height = y - GAP_Y + MARGIN
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" font-family="sans-serif" font-size="12">',
             "<title>The rooms of kobel: an arrow points to a room whose headers are included; within a frame, rows include rows below</title>",
             '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
             '<path d="M0 0L8 4L0 8z" fill="#64748b"/></marker></defs>',
             f'<rect width="{width:.0f}" height="{height:.0f}" fill="white"/>']
    for path in paths:
        # Straight down within a layer, aslant between two.
        points = []
        for node in path:
            box = boxes[node]
            middle = box.x + box.width / 2
            points.append((middle, box.y + box.height if node == path[0] else box.row_top))
            points.append((middle, box.y if node == path[-1] else box.row_bottom))
        lines.append('<polyline points="' + " ".join(f"{x:.0f},{y:.0f}" for x, y in points) +
                     '" fill="none" stroke="#64748b" marker-end="url(#tip)"/>')
    for box in boxes.values():
        lines.extend(box.draw())
    return "\n".join([*lines, "</svg>"]) + "\n"


def markdown(rooms, uses):
    lines = ["# The rooms", "", "Made by `scripts/draw_rooms.py` from `rooms.txt` and the includes of the code: do not edit. The picture is",
             "[rooms.svg](rooms.svg), the idea is in [ARCHITECTURE.md](../ARCHITECTURE.md).", "",
             "| room | it is about | includes |", "|---|---|---|"]
    for room in rooms.values():
        used = " ".join(f"`{folder}`" for folder in rooms if folder in uses[room.folder])
        lines.append(f"| `{room.folder}/` | {room.about} | {used or '–'} |")
    return "\n".join(lines) + "\n"


def wanted():
    """The text that each file should have."""
    rooms = table.rooms()
    uses = used_rooms(rooms)
    return {ROOT / "docs" / "rooms.svg": svg(uses), ROOT / "docs" / "rooms.md": markdown(rooms, uses)}


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
