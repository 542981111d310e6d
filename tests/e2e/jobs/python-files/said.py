"""A module of a directory of the application."""

import json


def properties(group, path="/etc/flink/application_properties.json"):
    with open(path, encoding="utf-8") as file:
        return {one["PropertyGroupId"]: one["PropertyMap"] for one in json.load(file)}[group]


def from_directory():
    return "directory"


def said(word):
    """With what a file in a zip, a single file, packages and an archive say."""
    import package_of_program
    import package_of_wheel
    import packed
    import single

    with open("data/word.txt", encoding="utf-8") as file:
        return "-".join([word, packed.WORD, single.WORD, package_of_wheel.WORD, package_of_program.WORD, file.read()])
