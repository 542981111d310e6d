#!/usr/bin/env python3
"""Fails when check_rooms.py misses a mistake: a forbidden include, a circle, a file in no room."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

CHECK = pathlib.Path(__file__).with_name("check_rooms.py")
TABLE = """
# folder | uses | packages | about
low      |         |  | below
high     | low     |  | above
high/in  | low     |  | within
"""


class CheckRooms(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = pathlib.Path(directory.name)
        self.write("rooms.txt", TABLE)
        self.write("low/thing.h", "")
        self.write("high/other.h", '#include "low/thing.h"\n')
        self.write("high/in/inner.c", '#include "low/thing.h"\n')

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def check(self):
        done = subprocess.run([sys.executable, CHECK, self.root], stdout=subprocess.PIPE, text=True)
        return done.returncode, done.stdout

    def test_a_tree_that_follows_the_table_passes(self):
        self.assertEqual((0, ""), self.check())

    def test_an_include_of_a_room_above_fails(self):
        self.write("low/bad.c", '#include "high/other.h"\n')
        code, text = self.check()
        self.assertEqual(1, code)
        self.assertIn("low/bad.c includes high/other.h: low may not use high", text)

    def test_an_inner_room_that_uses_the_outer_one_fails(self):
        self.write("high/in/bad.c", '#include "high/other.h"\n')
        self.assertIn("high/in may not use high", self.check()[1])

    def test_a_room_that_uses_a_later_one_fails(self):
        self.write("rooms.txt", TABLE.replace("low      |         |", "low      | high    |"))
        self.assertIn("low uses high, which is listed after it", self.check()[1])

    def test_a_right_that_is_not_used_fails(self):
        self.write("high/other.h", "")
        self.assertIn("high may use low, and does not", self.check()[1])

    def test_a_source_in_no_room_fails(self):
        self.write("high/out/lost.c", "")
        self.assertIn("high/out/lost.c is in no room", self.check()[1])

    def test_an_include_from_outside_the_rooms_fails(self):
        self.write("low/bad.c", '#include "tests/fakes/fake.h"\n')
        self.assertIn("which is in no room", self.check()[1])


if __name__ == "__main__":
    unittest.main()
