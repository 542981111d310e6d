"""Requests made from the facts of the service model: valid ones, and ones with one mistake and the expected answer.

The rules are those of facts/api.md 2.1 (constraints) and facts/api.md 1.5 (types), implemented again, independently of the daemon.
"""

import base64
import dataclasses
import functools
import itertools
import json
import pathlib
import re

FACTS = json.loads((pathlib.Path(__file__).parents[2] / "openapi" / "api_shapes.json").read_text())
OPERATIONS = FACTS["operations"]
SHAPES = FACTS["shapes"]
SAMPLES = ("kobel", "arn:aws:kinesisanalytics:us-east-1:000000000000:application/absent", "03:00", "UTF-8", "$")
# Characters that some pattern does not allow; for each pattern there is one.
STRANGERS = (" ", "!", "\n", "-", "{", "\u00e9")
NOT_NULL = "Member must not be null"


@dataclasses.dataclass
class Variant:
    """A request with one mistake. `rules`: those that a value breaks. Without rules a type is wrong, and `text` is the message (None: any)."""
    request: dict
    path: str
    shown: str = None
    rules: tuple = ()
    text: str = None

    def texts(self):
        """All correct messages: the order of the broken rules of a member is not specified."""
        count = f"{len(self.rules)} validation error{'s' if len(self.rules) > 1 else ''} detected: "
        for order in itertools.permutations(self.rules):
            yield count + "; ".join(f"Value {self.shown} at '{self.path}' failed to satisfy constraint: {rule}" for rule in order)


# --- valid values ---

def fits(shape, text):
    return (shape.get("min", 0) <= len(text) <= shape.get("max", len(text)) and text in shape.get("enum", [text])
            and ("pattern" not in shape or re.fullmatch(shape["pattern"], text)))


def sample_text(shape):
    return next(text for text in (*shape.get("enum", ()), *SAMPLES) if fits(shape, text))


@functools.cache
def sample(name):
    """The smallest valid value of a shape. Callers must not change it."""
    shape = SHAPES[name]
    kind = shape["type"]
    if kind == "structure":
        return {member: sample(shape["members"][member]) for member in shape.get("required", ())}
    if kind == "list":
        return [sample(shape["member"])] * shape.get("min", 0)
    if kind == "map":
        return {sample(shape["key"]): sample(shape["value"])} if shape.get("min") else {}
    if kind == "string":
        return sample_text(shape)
    return {"integer": shape.get("min", 1), "long": shape.get("min", 1), "boolean": True, "timestamp": 5, "blob": ""}[kind]


def texts_of_length(shape, length):
    """Texts of a length, otherwise valid: one of ASCII characters, and one of longer characters where all are allowed."""
    if length == 0:
        return [""]
    if "pattern" not in shape:
        return ["x" * length, "x" + "\u00e9" * (length - 1)]
    start = sample_text({"pattern": shape["pattern"]})
    return [start[:length] + start[-1] * (length - len(start))]


# --- rules and how values are shown ---

def size_rules(shape, size, what="length"):
    rules = []
    if size > shape.get("max", size):
        rules.append(f"Member must have {what} less than or equal to {shape['max']}")
    if size < shape.get("min", size):
        rules.append(f"Member must have {what} greater than or equal to {shape['min']}")
    return rules


def text_rules(shape, text):
    rules = size_rules(shape, len(text))
    if "pattern" in shape and not re.fullmatch(shape["pattern"], text):
        rules.append(f"Member must satisfy regular expression pattern: {shape['pattern']}")
    if text not in shape.get("enum", [text]):
        rules.append(f"Member must satisfy enum value set: [{', '.join(shape['enum'])}]")
    return rules


def rules_inside(subject, shape):
    """The message about a text in a list or map that is wrong: it lists all rules of the text."""
    rules = []
    if "max" in shape:
        rules.append(f"Member must have length less than or equal to {shape['max']}")
    if "min" in shape:
        rules.append(f"Member must have length greater than or equal to {shape['min']}")
    if "enum" in shape:
        rules.append(f"Member must satisfy enum value set: [{', '.join(shape['enum'])}]")
    if "pattern" in shape:
        rules.append(f"Member must satisfy regular expression pattern: {shape['pattern']}")
    return f"{subject} must satisfy constraint: [{', '.join(rules)}]"


def shown(name, value):
    """A value as Java prints it. The hash code of a structure is not known: see without_hash_codes()."""
    shape = SHAPES[name]
    kind = shape["type"]
    if kind == "structure":
        return f"<{name}>"
    if kind == "list":
        return f"[{', '.join(shown(shape['member'], element) for element in value if element is not None)}]"
    if kind == "map":
        return "{" + ", ".join(f"{key}={shown(shape['value'], entry)}" for key, entry in value.items()) + "}"
    if kind == "blob":
        size = len(base64.b64decode(value))
        return f"java.nio.HeapByteBuffer[pos=0 lim={size} cap={size}]"
    return str(value)


def without_hash_codes(text):
    return re.sub(r"[a-z0-9.]+\.([A-Za-z0-9]+)@[0-9a-f]+", r"<\1>", text)


# --- wrong values ---

def wrong_texts(shape):
    if "enum" in shape:
        return ["", "NO_SUCH_VALUE", shape["enum"][0].lower(), shape["enum"][0] + " "]
    found = []
    if shape.get("min", 0) > 0:
        found += texts_of_length(shape, shape["min"] - 1)
    if "max" in shape:
        found += texts_of_length(shape, shape["max"] + 1)
    if "pattern" in shape:
        start = sample_text(shape)
        candidates = [stranger + start[len(stranger):] for stranger in STRANGERS] + [start[:-1] + stranger for stranger in STRANGERS]
        candidates.append(start + "\n")
        found += [text for text in candidates if text_rules(shape, text)]
    return found


def beyond(shape):
    """One below the minimum and one above the maximum."""
    return ([shape["min"] - 1] if "min" in shape else []) + ([shape["max"] + 1] if "max" in shape else [])


def wrong_sizes(shape):
    return [size for size in beyond(shape) if size >= 0]


def wrong_values(name):
    """Values of the right type that break rules, with those rules."""
    shape = SHAPES[name]
    kind = shape["type"]
    if kind == "string":
        return [(text, text_rules(shape, text)) for text in wrong_texts(shape)]
    if kind in ("integer", "long"):
        return [(number, size_rules(shape, number, "value")) for number in beyond(shape)]
    if kind == "list":
        values = [[sample(shape["member"])] * size for size in wrong_sizes(shape)]
        values += [[None]] * (shape.get("min", 0) > 0)
        return [(value, size_rules(shape, len([entry for entry in value if entry is not None]))) for value in values] + wrong_elements(shape)
    if kind == "map":
        values = [{f"k{number}": sample(shape["value"]) for number in range(size)} for size in wrong_sizes(shape)]
        return [(value, size_rules(shape, len(value))) for value in values] + wrong_entries(shape)
    if kind == "blob":
        values = [base64.b64encode(bytes(size)).decode() for size in wrong_sizes(shape)]
        return [(value, size_rules(shape, len(base64.b64decode(value)))) for value in values]
    return []


def wrong_elements(shape):
    inner = SHAPES[shape["member"]]
    if inner["type"] != "string":
        return []
    return [([sample(shape["member"]), text], [rules_inside("Member", inner)]) for text in wrong_texts(inner)]


def wrong_entries(shape):
    key, value = SHAPES[shape["key"]], SHAPES[shape["value"]]
    good_key, good_value = sample(shape["key"]), sample(shape["value"])
    found = [({good_key: good_value, text: good_value}, [rules_inside("Map keys", key)]) for text in wrong_texts(key)]
    if value["type"] == "string":
        found += [({good_key: good_value, "other": text}, [rules_inside("Map value", value)]) for text in wrong_texts(value)]
    return found


def wrong_types(name):
    """Values of another type with the message of the answer; None: any message."""
    kind = SHAPES[name]["type"]
    start_of_list = ([], "Start of list found where not expected")
    start_of_structure = ({}, "Start of structure or map found where not expected.")
    if kind in ("structure", "map"):
        text = "Expected null" if kind == "structure" else "Expected map or null"
        return [(scalar, text) for scalar in ("text", 7, 1.5, True, False)] + [start_of_list]
    if kind == "list":
        return [(scalar, "Expected list or null") for scalar in ("text", 7, 1.5, True, False)] + [start_of_structure]
    containers = [start_of_list, start_of_structure]
    if kind == "string":
        kinds = [(7, "NUMBER"), (1.5, "NUMBER"), (True, "TRUE"), (False, "FALSE")]
        return containers + [(value, f"{found}_VALUE can not be converted to a String") for value, found in kinds]
    if kind in ("integer", "long"):
        kinds = [("7", "STRING"), ("", "STRING"), (True, "TRUE"), (False, "FALSE")]
        return containers + [(10 ** 30, None)] + [
            (value, f"{found}_VALUE can not be converted to {'an Integer' if kind == 'integer' else 'a Long'}") for value, found in kinds]
    if kind == "boolean":
        return containers + [("maybe", "STRING_VALUE can not be converted to an Boolean"), (7, "NUMBER_VALUE can not be converted to a Boolean"),
                             (1.5, "NUMBER_VALUE can not be converted to a Boolean")]
    return containers + [("*", None), (True, None)]


# --- the walk over one operation ---

def variants(name, path, place, top=False):
    """All variants of a value of shape `name` at `path`; `place` makes a request with such a value."""
    shape = SHAPES[name]
    if not top:
        for value, text in wrong_types(name):
            yield Variant(place(value), path, text=text)
        for value, rules in wrong_values(name):
            yield Variant(place(value), path, f"'{shown(name, value)}'", tuple(rules))
    if shape["type"] == "structure":
        for member, to in shape.get("members", {}).items():
            at = (path + "." if path else "") + member[0].lower() + member[1:]
            rest = sample(name)
            yield from variants(to, at, lambda value, member=member, rest=rest: place({**rest, member: value}))
            if member in shape.get("required", ()):
                yield Variant(place({**rest, member: None}), at, "null", (NOT_NULL,))
                yield Variant(place({key: value for key, value in rest.items() if key != member}), at, "null", (NOT_NULL,))
    elif shape["type"] == "list":
        yield from inside(shape["member"], f"{path}.2.member", lambda value: place([sample(shape["member"]), value]))
    elif shape["type"] == "map":
        yield from inside(shape["value"], f"{path}.other.member",
                          lambda value: place({sample(shape["key"]): sample(shape["value"]), "other": value}))


def inside(name, path, place):
    """The rules of a text in a list or map are reported for the list or map, see wrong_values(); its type is reported here."""
    if SHAPES[name]["type"] != "string":
        yield from variants(name, path, place)
        return
    for value, text in wrong_types(name):
        yield Variant(place(value), path, text=text)


def invalid_requests(operation):
    return variants(OPERATIONS[operation]["input"], "", lambda value: value, top=True)


# --- values at their limits ---

def limits(name):
    """The smallest and the largest valid values of a shape."""
    shape = SHAPES[name]
    kind = shape["type"]
    if kind == "string":
        sizes = [size for size in (shape.get("min"), shape.get("max")) if size is not None]
        found = shape.get("enum", []) + [text for size in sizes for text in texts_of_length(shape, size)]
        return [text for text in found if fits(shape, text)]
    if kind in ("integer", "long"):
        return [shape[bound] for bound in ("min", "max") if bound in shape] + [shape.get("min", 1) + 0.5]
    if kind == "list":
        return [[sample(shape["member"])] * shape[bound] for bound in ("min", "max") if bound in shape] + [[None, sample(shape["member"]), None]]
    if kind == "map":
        return [{f"k{number}": sample(shape["value"]) for number in range(shape[bound])} for bound in ("min", "max") if bound in shape]
    if kind == "blob":
        return [base64.b64encode(bytes(shape[bound])).decode() for bound in ("min", "max") if bound in shape]
    if kind == "boolean":
        return [True, False, "true", "False", "yes", "N", "t", "0"]
    return []


def at_limits(name, place, top=None):
    """(top member, request) for every value at a limit."""
    shape = SHAPES[name]
    if top is not None:
        yield from ((top, place(value)) for value in limits(name))
    if shape["type"] == "structure":
        for member, to in shape.get("members", {}).items():
            rest = sample(name)
            yield from at_limits(to, lambda value, member=member, rest=rest: place({**rest, member: value}), top or member)
    elif shape["type"] == "list":
        yield from at_limits(shape["member"], lambda value: place([value]), top)
    elif shape["type"] == "map":
        yield from at_limits(shape["key"], lambda key: place({key: sample(shape["value"])}), top)
        yield from at_limits(shape["value"], lambda value: place({sample(shape["key"]): value}), top)


def requests_at_limits(operation):
    return at_limits(OPERATIONS[operation]["input"], lambda value: value)
