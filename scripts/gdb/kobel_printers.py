"""gdb prints `json_t *` as JSON, and struct error, struct app and struct step in one line. Sourced by kobel.gdb.

Everything is read from memory, so that it works in core files, too. Jansson hides its structs: their layout here is that of 2.14
(Debian 12) on 64 bits.
"""

import json

import gdb

POINTER = gdb.lookup_type("long").sizeof
NAMES = ("object", "array", "string", "integer", "real", "true", "false", "null")
HEADER = 16            # json_t: the type and the reference count
ORDERED_LIST = HEADER + 5 * POINTER  # of a hashtable: after size, buckets, order and the first list
PAIR_ORDERED = 2 * POINTER           # in a pair: after its first list, then hash, value, length and the key
LENGTH_MAX = 4000
DEPTH_MAX = 20


def word(address):
    return int(gdb.Value(address).cast(gdb.lookup_type("unsigned long").pointer()).dereference())


def text_at(address, length):
    return bytes(gdb.selected_inferior().read_memory(address, length)).decode(errors="replace") if length else ""


def pairs(address):
    """The keys and values of an object in the order of their insertion."""
    end = address + ORDERED_LIST
    link = word(end + POINTER)
    while link != end:
        hash_of_pair = link + 2 * POINTER
        yield text_at(hash_of_pair + 3 * POINTER, word(hash_of_pair + 2 * POINTER)), word(hash_of_pair + POINTER)
        link = word(link + POINTER)


def json_text(address, depth=0):
    kind = NAMES[int(gdb.Value(address).cast(gdb.lookup_type("unsigned int").pointer()).dereference())]
    if depth > DEPTH_MAX:
        return "..."
    if kind == "object":
        return "{" + ", ".join(f"{json.dumps(key)}: {json_text(value, depth + 1)}" for key, value in pairs(address)) + "}"
    if kind == "array":
        count, table = word(address + HEADER + POINTER), word(address + HEADER + 2 * POINTER)
        return "[" + ", ".join(json_text(word(table + index * POINTER), depth + 1) for index in range(count)) + "]"
    if kind == "string":
        return json.dumps(text_at(word(address + HEADER), word(address + HEADER + POINTER)), ensure_ascii=False)
    if kind == "integer":
        return str(int(gdb.Value(address + HEADER).cast(gdb.lookup_type("long").pointer()).dereference()))
    if kind == "real":
        return repr(float(gdb.Value(address + HEADER).cast(gdb.lookup_type("double").pointer()).dereference()))
    return kind


class JsonPointer:
    def __init__(self, value):
        self.value = value

    def to_string(self):
        address = int(self.value)
        if address == 0:
            return "NULL"
        try:
            text = json_text(address)
        except (gdb.MemoryError, IndexError, ValueError):
            return f"{address:#x} (not a JSON value)"
        return text if len(text) <= LENGTH_MAX else f"{text[:LENGTH_MAX]}... ({len(text)} characters)"


class Struct:
    """`line(value)` makes the text from the members."""

    def __init__(self, value, line):
        self.value, self.line = value, line

    def to_string(self):
        return self.line(self.value)


def error_line(value):
    return f"{value['kind']}: {value['message'].string(errors='replace')}"


def step_line(value):
    reason = value["reason"].string() if int(value["reason"]) else "-"
    return f"{value['kind']} of {value['slot']} ({reason})"


def placement_line(value):
    return (f"{value['phase']} cluster={value['cluster_id'].string() or '-'} job={value['job_id'].string() or '-'} "
            f"version={int(value['version'])} attempt={int(value['attempt'])}")


def app_line(value):
    move = value["move"]
    lines = [f"{value['name'].string()} id={value['id'].string()} {value['status']} version={int(value['version'])}",
             f"  move     {move['kind']} halted={bool(move['halted'])} operation={move['operation_id'].string() or '-'}"]
    if move["failure"].string(errors="replace"):
        lines.append(f"  failure  {move['failure'].string(errors='replace')}")
    for slot, name in ((0, "current"), (1, "next")):
        lines.append(f"  {name:8} {placement_line(value['slots'][slot])}")
    return "\n".join(lines)


LINES = {"error": error_line, "step": step_line, "placement": placement_line, "app": app_line}


def find_printer(value):
    kind = value.type.strip_typedefs().unqualified()
    if kind.code == gdb.TYPE_CODE_PTR and kind.target().unqualified().name in ("json_t", "struct json_t"):
        return JsonPointer(value)
    if kind.code == gdb.TYPE_CODE_STRUCT and kind.tag in LINES:
        return Struct(value, LINES[kind.tag])
    return None


gdb.pretty_printers.append(find_printer)
