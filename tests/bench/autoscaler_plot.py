#!/usr/bin/env python3
"""Draws three simulated days of both autoscaling policies as docs/autoscaler.svg.

    tests/bench/autoscaler_plot.py [days.csv]

Without a file it runs the simulation: build/dev/tests/unit_controller_scaling writes the file that KOBEL_SIMULATION_CSV names.
"""

import csv
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUTPUT = ROOT / "docs" / "autoscaler.svg"
SIMULATION = [ROOT / "build" / "dev" / "tests" / "unit_controller_scaling", "--filter", "autoscaler_simulation/three_days*"]

WIDTH, LEFT, RIGHT = 960, 64, 16
PANEL_HEIGHT, GAP, TOP = 220, 56, 48
EVERY_MINUTES = 10  # between points of the load; the policies change at any minute

COLOURS = {"load": "#9aa5b1", "throughput": "#0b6e4f", "msf": "#c8553d"}
STYLE = """
    text { font: 12px system-ui, sans-serif; fill: #52606d }
    .title { font-size: 15px; font-weight: 600; fill: #323f4b }
    .grid { stroke: #e4e7eb; stroke-width: 1 }
    .line { fill: none; stroke-width: 2; stroke-linejoin: round }
"""


def simulate():
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "days.csv"
        subprocess.run(SIMULATION, check=True, env={**os.environ, "KOBEL_SIMULATION_CSV": str(path)})
        return read(path)


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]


class Panel:
    """A pair of axes: minutes on the x axis, one quantity on the y axis."""

    def __init__(self, top, title, minutes, highest, step):
        self.top, self.minutes, self.highest = top, minutes, highest
        self.parts = [f'<text class="title" x="{LEFT}" y="{top - 12}">{title}</text>']
        for value in range(0, int(highest) + 1, step):
            y = self.y(value)
            self.parts.append(f'<path class="grid" d="M{LEFT} {y}H{WIDTH - RIGHT}"/>'
                              f'<text x="{LEFT - 8}" y="{y + 4:.0f}" text-anchor="end">{value}</text>')
        for hour in range(0, int(minutes / 60) + 1, 12):
            self.parts.append(f'<text x="{self.x(hour * 60)}" y="{top + PANEL_HEIGHT + 18}" text-anchor="middle">{hour} h</text>')

    def x(self, minute):
        return round(LEFT + (WIDTH - LEFT - RIGHT) * minute / self.minutes, 1)

    def y(self, value):
        return round(self.top + PANEL_HEIGHT * (1 - value / self.highest), 1)

    def area(self, points, colour):
        path = "L".join(f"{self.x(minute)} {self.y(value)}" for minute, value in points)
        bottom = self.y(0)
        self.parts.append(f'<path d="M{self.x(points[0][0])} {bottom}L{path}L{self.x(points[-1][0])} {bottom}Z" '
                          f'fill="{colour}" fill-opacity="0.45"/>')

    def steps(self, points, colour):
        """A line with steps where the value changes."""
        path, last = f"M{self.x(points[0][0])} {self.y(points[0][1])}", points[0][1]
        for minute, value in points[1:]:
            if value != last:
                path += f"H{self.x(minute)}V{self.y(value)}"
                last = value
        self.parts.append(f'<path class="line" stroke="{colour}" d="{path}H{self.x(points[-1][0])}"/>')


def legend():
    entries = (("load", "load"), ("throughput", "policy throughput"), ("msf", "policy msf (the rule of the service)"))
    parts, x = [], LEFT
    for key, text in entries:
        parts.append(f'<rect x="{x}" y="10" width="18" height="4" fill="{COLOURS[key]}"/><text x="{x + 24}" y="16">{text}</text>')
        x += 60 + 7 * len(text)
    return parts


def column(rows, name):
    return [(row["minute"], row[name]) for row in rows]


def draw(rows):
    minutes = rows[-1]["minute"]
    highest_rate = max(max(row["load"], row["throughput_capacity"], row["msf_capacity"]) for row in rows)
    highest_slots = max(max(row["throughput_parallelism"], row["msf_parallelism"]) for row in rows)

    rates = Panel(TOP + 20, "records per second: what arrives, what could be done", minutes, highest_rate * 1.05, 2000)
    rates.area(column(rows, "load")[::EVERY_MINUTES], COLOURS["load"])
    slots = Panel(TOP + 20 + PANEL_HEIGHT + GAP, "parallelism", minutes, highest_slots * 1.1, 4)
    for policy in ("msf", "throughput"):
        rates.steps(column(rows, policy + "_capacity"), COLOURS[policy])
        slots.steps(column(rows, policy + "_parallelism"), COLOURS[policy])

    height = TOP + 20 + 2 * PANEL_HEIGHT + GAP + 32
    body = "\n".join(legend() + rates.parts + slots.parts)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}">\n'
            f"<title>Three simulated days of both autoscaling policies</title>\n<style>{STYLE}</style>\n"
            f'<rect width="100%" height="100%" fill="#fff"/>\n{body}\n</svg>\n')


if __name__ == "__main__":
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(draw(read(sys.argv[1]) if len(sys.argv) > 1 else simulate()), encoding="utf-8")
    print(f"wrote {OUTPUT}")
