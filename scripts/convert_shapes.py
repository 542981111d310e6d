#!/usr/bin/env python3
"""Takes the facts of a service model of botocore over into openapi/api_shapes.json.

    scripts/convert_shapes.py <directory with service-2.json.gz and paginators-1.json>

Kept: metadata, the HTTP binding that all operations share (checked), per operation its target, shapes, declared errors and
paginator, per shape its type, required members, members' shape names and constraints. Dropped: documentation. The summaries
are ours: an operation keeps the one that the file has, and a new one gets "", which is reported. Any keyword that is not
known is an error, so that a new kind of constraint cannot be lost unseen.
"""

import gzip
import json
import pathlib
import sys

FACTS = pathlib.Path(__file__).resolve().parent.parent / "openapi" / "api_shapes.json"

SHAPE_KEYS = {"type", "required", "members", "member", "key", "value", "max", "min", "pattern", "enum", "exception", "fault"}
OPERATION_KEYS = {"name", "http", "input", "output", "errors"}
MEMBER_KEYS = {"shape"}


def line(value):
    return json.dumps(value, ensure_ascii=True)


def check(name, raw, known):
    unknown = set(raw) - known - {"documentation"}
    if unknown:
        sys.exit(f"{name}: unknown keywords {sorted(unknown)}")


def convert_shape(name, raw):
    check(name, raw, SHAPE_KEYS)
    for member, to in raw.get("members", {}).items():
        check(f"{name}.{member}", to, MEMBER_KEYS)
    out = {"type": raw["type"]}
    if "required" in raw:
        out["required"] = raw["required"]
    if raw["type"] == "structure":
        out["members"] = {member: to["shape"] for member, to in raw.get("members", {}).items()}
    for part in ("member", "key", "value"):
        if part in raw:
            out[part] = raw[part]["shape"]
    for part in ("max", "min", "pattern", "enum", "exception", "fault"):
        if part in raw:
            out[part] = raw[part]
    return out


def convert_operation(name, raw, prefix, pages, summaries):
    check(name, raw, OPERATION_KEYS)
    out = {"summary": summaries.get(name, ""), "target": f"{prefix}.{name}", "input": raw["input"]["shape"]}
    if "output" in raw:
        out["output"] = raw["output"]["shape"]
    out["errors"] = [error["shape"] for error in raw.get("errors", [])]
    if name in pages:
        out["pagination"] = pages[name]
    return out


def rows(name, values):
    return f' "{name}": {{\n' + ",\n".join(f'  "{key}": {line(value)}' for key, value in values.items()) + "\n }"


def main(path):
    model = json.loads(gzip.decompress((path / "service-2.json.gz").read_bytes()))
    pages = json.loads((path / "paginators-1.json").read_text())["pagination"]
    summaries = {name: facts["summary"] for name, facts in json.loads(FACTS.read_text())["operations"].items()}
    https = {line(raw["http"]) for raw in model["operations"].values()}
    if len(https) != 1:
        sys.exit("the operations do not share one HTTP binding")
    prefix = model["metadata"]["targetPrefix"]
    operations = {name: convert_operation(name, raw, prefix, pages, summaries)
                  for name, raw in sorted(model["operations"].items())}
    shapes = {name: convert_shape(name, raw) for name, raw in sorted(model["shapes"].items())}
    parts = [f' "metadata": {line(model["metadata"])}', f' "http": {https.pop()}',
             rows("operations", operations), rows("shapes", shapes)]
    FACTS.write_text("{\n" + ",\n".join(parts) + "\n}\n")
    without = [name for name, facts in operations.items() if not facts["summary"]]
    if without:
        sys.exit(f"write a summary in {FACTS.name} for: {', '.join(without)}")


if len(sys.argv) != 2:
    sys.exit(__doc__)
main(pathlib.Path(sys.argv[1]))
