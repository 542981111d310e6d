#!/usr/bin/env python3
"""Makes a flame graph of the stacks that perf has recorded: perf script -i perf.data | scripts/flame_graph.py >flame.svg

The width of a box is the share of samples in which the function was on the stack; the title of a box (hold the pointer over it) has the
figures. With --text: the folded stacks, one a line with its count, the most frequent first.
"""

import collections
import html
import re
import sys

WIDTH, HEIGHT, CHARACTER = 1400, 17, 7.5
FRAME = re.compile(r"^\s+[0-9a-f]+ (.*?)(?:\+0x[0-9a-f]+)? \((.*?)\)$")


def stacks(lines):
    """The functions of each sample, the outermost first: a sample is a paragraph of `perf script`."""
    frames = []
    for line in [*lines, ""]:
        found = FRAME.match(line)
        if found:
            frames.append(found[1] if found[1] != "[unknown]" else f"[{found[2].rsplit('/', 1)[-1].strip('[]')}]")
        elif not line.strip() and frames:
            yield tuple(reversed(frames))
            frames = []


def boxes(counts, depth=0, left=0):
    """Depth, first sample, samples and name of each box; stacks that begin alike lie beside each other."""
    groups = collections.defaultdict(dict)
    for stack, count in counts.items():
        if len(stack) > depth:
            groups[stack[depth]][stack] = count
    for name in sorted(groups):
        samples = sum(groups[name].values())
        yield depth, left, samples, name
        yield from boxes(groups[name], depth + 1, left)
        left += samples


def colour(name):
    return f"hsl({sum(name.encode()) * 37 % 55}, 75%, 65%)"


def draw(counts):
    total = sum(counts.values())
    found = [box for box in boxes(counts) if box[2] * WIDTH >= total]
    height = (max((box[0] for box in found), default=0) + 1) * HEIGHT
    yield f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" font-family="monospace" font-size="12">'
    for depth, left, samples, name in found:
        x, width, y = left * WIDTH / total, samples * WIDTH / total, height - (depth + 1) * HEIGHT
        yield f'<g><title>{html.escape(name)}: {samples} samples, {100 * samples / total:.1f} %</title>'
        yield f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{HEIGHT - 1}" fill="{colour(name)}"/>'
        yield f'<text x="{x + 2:.1f}" y="{y + 12}">{html.escape(name[:int(width / CHARACTER)])}</text></g>'
    yield "</svg>"


def main():
    counts = collections.Counter(stacks(sys.stdin))
    if not counts:
        print("no stacks: was perf record given --call-graph?", file=sys.stderr)
        return 1
    if "--text" in sys.argv[1:]:
        for stack, count in counts.most_common():
            print(";".join(stack), count)
    else:
        print("\n".join(draw(counts)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
