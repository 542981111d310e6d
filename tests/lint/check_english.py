#!/usr/bin/env python3
"""Finds phrases that are grammatical and not idiomatic, in comments, messages and documents. The words: docs/glossary.md.

    check_english.py             fails when there are any
    check_english.py --list      prints all of them by file, and how many there are by file and by room; never fails
"""

import collections
import io
import pathlib
import re
import subprocess
import sys
import tokenize

ROOT = pathlib.Path(__file__).resolve().parents[2]

# What is found, and what to say instead.
PHRASES = [(re.compile(pattern, re.I), say) for pattern, say in (
    (r"\b(?:no|some|any|every)body\b", "no caller, the user, another process"),
    (r"\bwhoever\b|\bwhomever\b", "the caller, the process that"),
    (r"\btold\b", "reported, logged, recorded, shown; distinguished"),
    (r"\b(?:is|are|was|were|be) said\b|\bsaid so\b", "reported, logged"),
    (r"\btells? (?:of|about)\b", "report, describe"),
    (r"\b(?:is|are|was|were|be|been|not) looked at\b", "checked, read"),
    (r"\bof (?:our|kobel's) own\b", "internal"),
    (r"\bat rest\b", "READY, not running"),
    (r"\b(?:comes?|came) to (?:nothing|rest)\b", "fails; becomes READY"),
    (r"\bcomes? of (?:it|that|this|them)\b", "the result"),
    (r"\b(?:goes|go|went|going) on\b", "continue"),
    (r"(?<!there )(?<!there\n)\bis no (?!longer\b|more\b|other\b|such\b|different\b)", "is not a"),
    (r"\bhalf a one\b|\bof half\b", "incomplete, partial"),
    (r"\b(?:can|could|to) be had\b|\bis had\b", "available"),
    (r"\bof no use\b|\bof any use\b", "useless, not needed"),
    (r"\banew\b", "again"),
    (r"\bnought\b|\bnaught\b", "0, nothing"),
)]

C_TEXT = re.compile(r'//(?P<line>.*?)$|/\*(?P<block>.*?)\*/|"(?P<text>(?:\\.|[^"\\\n])*)"|\'(?:\\.|[^\'\\\n])*\'', re.M | re.S)
HASH_TEXT = re.compile(r'(?:^|(?<=\s))#(?P<line>.*)$|"(?P<text>(?:\\.|[^"\\])*)"|\'(?P<plain>[^\']*)\'', re.M)
SQL_TEXT = re.compile(r"--(?P<line>.*)$", re.M)
FENCE = re.compile(r"^```.*?^```", re.M | re.S)
CODE_SPAN = re.compile(r"`[^`\n]*`")
# The mark of a comment on its next line, so that phrases are found across lines.
NEXT_LINE = re.compile(r"\n[ \t]*(?://+|#+|--|\*)?[ \t]*")


def blank(match):
    return re.sub(r"[^\n]", "\x01", match.group())


def keep(text, pattern):
    """The text with everything blanked but what `pattern` names in groups; offsets stay."""
    out, at = [], 0
    for match in pattern.finditer(text):
        name = match.lastgroup
        if name is None:
            continue
        start, end = match.span(name)
        out += [re.sub(r"[^\n]", "\x01", text[at:start]) if name != "line" else re.sub(r"[^\n \t]", "\x01", text[at:start]), text[start:end]]
        at = end
    return "".join(out) + re.sub(r"[^\n]", "\x01", text[at:])


def python_words(text):
    lines = [["\x01"] * len(line) for line in text.split("\n")]
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in (tokenize.COMMENT, tokenize.STRING):
            for number, line in enumerate(token.string.split("\n")):
                at = token.start[1] if number == 0 else 0
                lines[token.start[0] - 1 + number][at:at + len(line)] = line
    return "\n".join("".join(line) for line in lines)


def words_of(name, text):
    """What is read by people, at the offsets that it has in the file."""
    suffix = pathlib.PurePath(name).suffix
    if suffix in (".c", ".h", ".java"):
        return keep(text, C_TEXT)
    if suffix == ".py":
        return python_words(text)
    if suffix == ".md":
        return CODE_SPAN.sub(blank, FENCE.sub(blank, text))
    if suffix == ".sql":
        return keep(text, SQL_TEXT)
    return keep(text, HASH_TEXT)


def findings_in(name, text):
    """Yields (line, what was found, what to say)."""
    # A phrase may go over the end of a line: of the same length, so that offsets hold.
    flat = NEXT_LINE.sub(lambda match: " " + "\x02" * (len(match.group()) - 1), re.sub(r"\x01(?=[/#*-])", " ", words_of(name, text)))
    kept = [offset for offset, char in enumerate(flat) if char not in "\x01\x02"]
    read = "".join(flat[offset] for offset in kept)
    for pattern, say in PHRASES:
        for match in pattern.finditer(read):
            offset = kept[match.start()]
            yield text.count("\n", 0, offset) + 1, match.group().strip(), say


def check_self():
    good = ("int nobody;\n// There is no file, and it is no longer read.\n", '#include "told"\n'.replace('"', "<"), "// it is not a size\n")
    bad = ("// nobody reads it\n", 'print("it is no size");\n', "// it is\n// told twice\n", "int a; // goes on\n", "/* at rest */\n")
    for text in good:
        assert not list(findings_in("a.c", text)), text
    for text in bad:
        assert len(list(findings_in("a.c", text))) == 1, text
    assert list(findings_in("a.py", 'told = 1\nx = """one\nis told"""  # whoever\n')) == \
        [(3, "whoever", PHRASES[1][1]), (3, "told", PHRASES[2][1])]
    assert len(list(findings_in("a.md", "`is told`, and nobody\n```\nwhoever\n```\n"))) == 1


def files():
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout.decode().split("\0")
    here = pathlib.Path(__file__).resolve().relative_to(ROOT).as_posix()
    for name in filter(None, names):
        readable = pathlib.PurePath(name).suffix in (".c", ".h", ".java", ".py", ".sh", ".md", ".sql", ".cmake", ".txt")
        # The glossary names the words that are not to be used.
        if readable and "/corpus/" not in name and name not in (here, "docs/glossary.md") and (ROOT / name).is_file():
            yield name


def main(arguments):
    check_self()
    lists = arguments == ["--list"]
    if arguments and not lists:
        sys.exit(__doc__)
    by_file = {}
    for name in files():
        found = sorted(findings_in(name, (ROOT / name).read_text(encoding="utf-8", errors="replace")))
        if found:
            by_file[name] = found
    by_room = collections.Counter()
    for name, found in by_file.items():
        by_room[pathlib.PurePath(name).parent.as_posix()] += len(found)
        if lists:
            print(f"{name}: {len(found)}")
        for line, what, say in found:
            print(f"{'    ' if lists else ''}{name}:{line}: \"{what}\": say {say}")
    if lists:
        print("\nby room:")
        for room, count in sorted(by_room.items()):
            print(f"{count:6} {room}")
        print(f"{sum(by_room.values()):6} in all")
    return 1 if by_file and not lists else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
