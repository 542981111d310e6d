#!/usr/bin/env python3
"""Fails when a comment or a text cites a fact that is not in docs/facts, as a reader could not find it.

    (facts/api.md 3.2)    (facts/api.md 3.2, 5.10; facts/flink.md 4-6)

A citation names a page and its sections, and may continue in the next line of a comment. Links to a page (docs/facts/api.md, without
a section) are for documents. Names of notes that are not in the repository are refused.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs" / "facts"
HEADING = re.compile(r"^#{2,3} (\d+(?:\.\d+)?) ", re.M)
# The end of a line, with the mark of a comment on the next one.
LINE_END = re.compile(r"\s*\n[ \t]*(?://+|#+|--|\*|\|)?[ \t]*")
NUMBER = r"\d+(?:\.\d+)?(?:-\d+(?:\.\d+)?)?"
CITATION = re.compile(rf"(?<![\w/-])facts/([\w.-]+?)(?:(\.md)\b)?(?:\s({NUMBER}(?:, {NUMBER})*)(?![\w.]*\w))?(?=[^\w/]|$)")
# Notes from which the facts come, and which only their authors have.
OUTSIDE = re.compile(r"\b(?:api-semantics|flink-verified|flink-runtime (?=\d)|local-aws|enhanced-snapshots|service-news|"
                     r"(?:product|style|languages|engines|house|architecture)\.md\b)")


def sections_of(text):
    """The numbers of a page's headings; a number that is there twice is an error."""
    numbers = HEADING.findall(text)
    twice = sorted({number for number in numbers if numbers.count(number) > 1})
    return set(numbers), twice


def faults_in(text, pages):
    """Yields (offset, what is wrong) of a file's text. `pages`: {"api": {"1", "1.1", ...}}."""
    for found in OUTSIDE.finditer(text):
        yield found.start(), f"{found.group().strip()} is not in the repository: cite docs/facts"
    # Of the same length, so that offsets hold.
    flat = LINE_END.sub(lambda match: " " * len(match.group()), text)
    flat = re.sub(r" {2,}", lambda match: "\0" * (len(match.group()) - 1) + " ", flat)
    kept = [offset for offset, char in enumerate(flat) if char != "\0"]
    for found in CITATION.finditer(flat.replace("\0", "")):
        page, suffix, numbers = found.groups()
        offset = kept[found.start()]
        if page == "README":
            continue
        if page not in pages or suffix is None:
            yield offset, f"facts/{page}{suffix or ''} is not a page of docs/facts"
        elif numbers is None:
            yield offset, f"facts/{page}.md is cited without a section"
        else:
            for number in re.split(r", |-", numbers):
                if number not in pages[page]:
                    yield offset, f"facts/{page}.md has no section {number}"


def check_self():
    """Correct citations pass, and each kind of mistake fails."""
    pages = {"api": {"1", "1.2", "3.10", "4"}}
    good = ("// as here (facts/api.md 1.2).", "// (facts/api.md 1.2, 3.10; facts/api.md 1-4)", "// x (facts/api.md\n// 3.10)",
            "# facts/api.md 1, and\n# more", "see docs/facts/api.md", "flink-runtime-1.20.jar", "(facts/api.md 4: three of 7)",
            "STYLE.md", "artifacts/x")
    bad = ("(facts/api.md 1.3)", "(facts/api.md 1.2, 9)", "(facts/api.md 1-5)", "(facts/apis.md 1)", "(facts/api 1.2)", "(facts/api.md)",
           "// (facts/api.md\n    // 3.1)", "(api-semantics 6.10)", "(flink-runtime 2.8)", "(product.md, Time)", "(flink-verified 2)",
           "(facts/api.md 1.2,\n// 3.11)", "(facts/api.md 1.2.3)")
    for text in good:
        assert not list(faults_in(text, pages)), text
    for text in bad:
        assert len(list(faults_in(text, pages))) == 1, text
    assert sections_of("# A\n## 1 B\n### 1.1 C\n## 1 D\n") == ({"1", "1.1"}, ["1"])


def main():
    check_self()
    faults = 0
    pages = {}
    for path in sorted(PAGES.glob("*.md")):
        if path.name != "README.md":
            pages[path.stem], twice = sections_of(path.read_text(encoding="utf-8"))
            for number in twice:
                print(f"{path.relative_to(ROOT)}: section {number} is there twice")
                faults += 1
    if not pages:
        print("docs/facts has no pages")
        faults += 1
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout.decode().split("\0")
    for name in filter(None, names):
        path = ROOT / name
        if "/corpus/" in name or not path.is_file() or path == pathlib.Path(__file__).resolve():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        for offset, fault in faults_in(text, pages):
            print(f"{name}:{text.count(chr(10), 0, offset) + 1}: {fault}")
            faults += 1
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
