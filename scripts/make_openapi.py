#!/usr/bin/env python3
"""Turns the facts of the service model (openapi/api_shapes.json) into the OpenAPI 3.1 document that kobel interprets.

    scripts/make_openapi.py > openapi/kinesisanalyticsv2.json

The document describes the alias routes POST /api/v2/<Operation>, which accept the same bodies as the wire protocol. The output
depends on nothing else, so that a check can compare it with the committed document.
"""

import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
SHAPES = HERE.parent / "openapi" / "api_shapes.json"


def ref(name):
    return {"$ref": f"#/components/schemas/{name}"}


def bounds(shape, low, high):
    out = {}
    if "min" in shape:
        out[low] = shape["min"]
    if "max" in shape:
        out[high] = shape["max"]
    return out


def structure(shape):
    out = {"type": "object", "properties": {name: ref(to) for name, to in shape.get("members", {}).items()}}
    if shape.get("required"):
        out["required"] = shape["required"]
    return out


def text(shape):
    out = {"type": "string", **bounds(shape, "minLength", "maxLength")}
    if "pattern" in shape:
        # The service matches the whole text, JSON Schema a part of it.
        out["pattern"] = f"^(?:{shape['pattern']})$"
    if "enum" in shape:
        out["enum"] = shape["enum"]
    return out


def schema(shape):
    kind = shape["type"]
    if kind == "structure":
        return structure(shape)
    if kind == "list":
        return {"type": "array", "items": ref(shape["member"]), **bounds(shape, "minItems", "maxItems")}
    if kind == "map":
        return {"type": "object", "propertyNames": ref(shape["key"]), "additionalProperties": ref(shape["value"]),
                **bounds(shape, "minProperties", "maxProperties")}
    if kind == "string":
        return text(shape)
    if kind in ("integer", "long"):
        return {"type": "integer", "format": "int32" if kind == "integer" else "int64",
                **bounds(shape, "minimum", "maximum")}
    if kind == "double":
        return {"type": "number", **bounds(shape, "minimum", "maximum")}
    if kind == "boolean":
        return {"type": "boolean"}
    if kind == "timestamp":
        return {"type": "number", "format": "epoch-seconds"}
    if kind == "blob":
        return {"type": "string", "contentEncoding": "base64", **bounds(shape, "x-min-bytes", "x-max-bytes")}
    raise SystemExit(f"unknown kind of shape: {kind}")


ERROR = {
    "type": "object",
    "properties": {name: ref("KobelErrorText") for name in ("__type", "Message", "message")},
    "required": ["__type"],
}


def reply(name, text_of):
    # The alias routes answer with the content type of the wire protocol.
    return {"description": text_of, "content": {kind: {"schema": ref(name)} for kind in ("application/json", "application/x-amz-json-1.1")}}


def operation(name, facts):
    return {"post": {
        "operationId": name,
        "summary": facts["summary"],
        "x-amz-target": facts["target"],
        "x-errors": facts["errors"],
        "requestBody": {"required": True, "content": {"application/json": {"schema": ref(facts["input"])}}},
        "responses": {
            "200": reply(facts["output"], "Done, or started"),
            "400": reply("KobelError", "Refused; __type names the exception"),
            "403": {"description": "Not accepted as a call: its Content-Type is not JSON, or it is from a web page of another origin",
                    "content": {"application/xml": {"schema": ref("KobelErrorText")}}},
            "500": reply("KobelError", "A failure of kobel itself"),
        },
    }}


def main():
    facts = json.loads(SHAPES.read_text())
    shapes = {name: schema(shape) for name, shape in sorted(facts["shapes"].items()) if not shape.get("exception")}
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "Managed Service for Apache Flink, as kobel answers it",
            "version": facts["metadata"]["apiVersion"],
            "description": "Made by scripts/make_openapi.py from the facts of the public service model. On the wire the same "
                           "bodies go to POST / with X-Amz-Target, as every SDK sends them.",
        },
        "servers": [{"url": "/"}],
        "paths": {f"/api/v2/{name}": operation(name, facts["operations"][name]) for name in sorted(facts["operations"])},
        "components": {"schemas": {**shapes, "KobelError": ERROR, "KobelErrorText": {"type": "string"}}},
    }
    json.dump(document, sys.stdout, indent=1)
    sys.stdout.write("\n")


main()
