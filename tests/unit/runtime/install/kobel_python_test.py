#!/usr/bin/env python3
"""Interpreters that Flink asks for, and those that programs start: with kobel's own files for Python, and without Flink."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCES = pathlib.Path(__file__).parents[4] / "runtime" / "install" / "python"

# As a runtime has it: the one of the system.
PYTHON = shutil.which("python3", path="/usr/local/bin:/usr/bin") or sys.executable
VERSION = subprocess.run([PYTHON, "-V"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()

# What python_packages.c writes as bin/python.
COMMAND = f"""#!{PYTHON} -IS
import os
import sys
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import kobel_python
kobel_python.launch(sys.argv[1:])
"""

# Modules that PyFlink has or imports, `shared` in several directories. Only with the import of kobel is `cloudpickle` there already.
SITE = {
    "pyflink/__init__.py": "", "pyflink/fn_execution/__init__.py": "", "pyflink/fn_execution/beam/__init__.py": "",
    "pyflink/fn_execution/beam/beam_boot.py": "import main\n",
    "cloudpickle.py": "import secrets\nimport proto\nimport shared.inner\n",
    "proto/__init__.py": "WORD = 'site'\n",
    "shared/inner/__init__.py": "WORD = 'site'\n",
}

# In place of Flink's Java process.
FLINK = """
import json, os, subprocess, sys
done = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
                      env={**os.environ, "PYFLINK_GATEWAY_PORT": "1"})
print(json.dumps([done.returncode, done.stdout, done.stderr]))
"""

IS_FORKED = "import sys\nprint('cloudpickle' in sys.modules)\n"


def write(directory, files):
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


class Ended:
    """A program that has ended."""

    def __init__(self, flink, log):
        self.code, self.out, self.err = json.loads(flink.stdout)
        path = log / "python-traceback"
        self.reason = path.read_text() if path.exists() else None
        self.last_line = self.reason.strip().split("\n")[-1] if self.reason else None


class Interpreters(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = pathlib.Path(tempfile.mkdtemp())
        for source in SOURCES.glob("kobel_*.py"):
            shutil.copy(source, cls.home)
        write(cls.home, {"bin/python": COMMAND, "python.json": json.dumps({"interpreter": PYTHON})})
        write(cls.home / "site", SITE)
        (cls.home / "bin" / "python").chmod(0o755)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.home)

    def run_program(self, files, arguments=("main.py",), role="client", is_served=True, **environment):
        """Without the process that forks where it is not served."""
        with tempfile.TemporaryDirectory() as name:
            directory = pathlib.Path(name)
            (directory / "log").mkdir()
            (directory / "program").mkdir()
            write(directory / "program", files)
            server = [PYTHON, "-s", self.home / "kobel_python.py", "serve", role]
            flink = subprocess.run([*(server if is_served else []), PYTHON, "-c", FLINK, self.home / "bin" / "python", *arguments],
                                   cwd=directory / "program", stdout=subprocess.PIPE, text=True, timeout=120, check=True, stderr=subprocess.DEVNULL,
                                   env={**os.environ, "TMPDIR": name, "KOBEL_LOG": str(directory / "log"), "KOBEL_FORKER": "0", **environment})
            return Ended(flink, directory / "log")

    def is_forked(self, files, arguments=("main.py",), **more):
        ended = self.run_program(files, arguments, **more)
        self.assertEqual(ended.code, 0, ended.err)
        return ended.out.split("\n")[0] == "True"


class Children(Interpreters):
    """What a program starts by sys.executable."""

    PROGRAM = """
import json, multiprocessing, subprocess, sys
from concurrent.futures import ProcessPoolExecutor

def double(number):
    return 2 * number

def output(*arguments, given=""):
    done = subprocess.run([sys.executable, *arguments], input=given, capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else done.stderr

if __name__ == "__main__":
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        spawned = pool.submit(double, 4).result()
    print(json.dumps({
        "command": output("-c", "print(41+1)"),
        "flag": output("-X", "utf8", "-c", "import sys; print(sys.flags.utf8_mode)"),
        "stdin": output("-", given="print(1+1)"),
        "version": output("-V"),
        "script": output("child.py", "a", given="in"),
        "module": output("-m", "child", "b", given="in"),
        "site": output("-c", "import proto; print(proto.WORD)"),
        "spawned": spawned,
    }))
"""

    def check(self, **more):
        ended = self.run_program({"main.py": self.PROGRAM, "child.py": "import sys\nprint(sys.argv[1:], sys.stdin.read())\n"}, **more)
        self.assertEqual(ended.code, 0, ended.err)
        self.assertEqual(json.loads(ended.out), {
            "command": "42", "flag": "1", "stdin": "2", "version": VERSION, "script": "['a'] in", "module": "['b'] in",
            "site": "site", "spawned": 8})

    def test_of_a_forked_client_are_ordinary_interpreters(self):
        self.check()

    def test_of_a_client_that_is_not_forked_are_ordinary_interpreters(self):
        self.check(is_served=False)

    def test_of_a_worker_are_ordinary_interpreters(self):
        program = "import subprocess, sys\nprint('cloudpickle' in sys.modules)\nsubprocess.run([sys.executable, '-'], input=b'print(5)', check=True)\n"
        ended = self.run_program({"main.py": program}, ("-m", "pyflink.fn_execution.beam.beam_boot"), "worker")
        self.assertEqual(ended.out, "True\n5\n", ended.err)

    def test_give_no_reason(self):
        program = """
import os, subprocess, sys
subprocess.run([sys.executable, "probe.py"])
if os.fork() == 0:
    raise ValueError("in a fork")
os.wait()
"""
        for is_served in (True, False):
            files = {"main.py": program, "probe.py": "raise ValueError('in a child')\n"}
            ended = self.run_program(files, is_served=is_served)
            self.assertEqual((ended.code, ended.reason), (0, None))
            self.assertIn("ValueError: in a child", ended.err)
            self.assertIn("ValueError: in a fork", ended.err)


class Modules(Interpreters):
    """Where a program finds its modules."""

    def test_beside_the_program_hide_those_of_the_packages(self):
        for is_served in (True, False):
            ended = self.run_program({"main.py": "from proto import events\nprint(events.WORD)\n", "proto/__init__.py": "",
                                      "proto/events.py": "WORD = 'own'\n"}, is_served=is_served)
            self.assertEqual(ended.out, "own\n", ended.err)

    def test_beside_the_program_hide_those_of_python(self):
        ended = self.run_program({"main.py": "import secrets\nprint(secrets.TOKEN)\n", "secrets.py": "TOKEN = 'own'\n"})
        self.assertEqual(ended.out, "own\n", ended.err)

    def test_in_the_current_directory_hide_others_with_a_module_as_the_program(self):
        ended = self.run_program({"start.py": "import secrets\nprint(secrets.TOKEN)\n", "secrets.py": "TOKEN = 'own'\n"}, ("-m", "start"))
        self.assertEqual(ended.out, "own\n", ended.err)

    def test_are_found_beside_what_a_link_names(self):
        files = {"src/start.py": "import secrets\nprint(secrets.TOKEN)\n", "src/secrets.py": "TOKEN = 'own'\n"}
        with tempfile.TemporaryDirectory() as name:
            directory = pathlib.Path(name)
            write(directory, files)
            os.symlink(directory / "src" / "start.py", directory / "start.py")
            ended = self.run_program({}, (str(directory / "start.py"),))
        self.assertEqual(ended.out, "own\n", ended.err)

    def test_in_a_part_of_a_package_hide_that_part(self):
        files = {"main.py": "import shared.inner\nprint(shared.inner.WORD)\n", "more/shared/inner/__init__.py": "WORD = 'own'\n"}
        ended = self.run_program(files, PYTHONPATH="more")
        self.assertEqual(ended.out, "own\n", ended.err)

    def test_a_program_without_such_modules_is_forked(self):
        self.assertTrue(self.is_forked({"main.py": IS_FORKED, "helper.py": "", "shared/other.py": "WORD = 'other'\n", "proto/schema.json": "{}",
                                        "secrets.txt": "", "os.py": "raise ValueError()\n"}))

    def test_parts_of_a_package_are_found_in_a_forked_program(self):
        files = {"main.py": IS_FORKED + "import shared.other, shared.inner\nprint(shared.other.WORD, shared.inner.WORD)\n",
                 "shared/other.py": "WORD = 'own'\n"}
        self.assertEqual(self.run_program(files).out.split(), ["True", "own", "site"])

    def test_of_kobel_are_not_found(self):
        program = IS_FORKED + "import importlib.util\nprint(importlib.util.find_spec('kobel_setup'))\n"
        self.assertEqual(self.run_program({"main.py": program}).out, "True\nNone\n")


class Reasons(Interpreters):
    """What a program that fails leaves."""

    def check(self, program, code, last_line, err, **beside):
        for is_served in (True, False):
            ended = self.run_program({"main.py": program, **beside}, is_served=is_served)
            self.assertEqual((ended.code, ended.last_line), (code, last_line))
            self.assertEqual(ended.reason.count("Traceback (most recent call last):"), 1)
            self.assertEqual([line.split('"')[1].split("/")[-1] for line in ended.reason.split("\n") if 'File "' in line], ["main.py"])
            self.assertTrue(ended.err.endswith(err), ended.err)

    def test_of_an_exception_is_its_traceback(self):
        self.check("raise ValueError('bad')\n", 1, "ValueError: bad", "ValueError: bad\n", **{"traceback.py": ""})

    def test_of_a_mistake_of_syntax_has_a_header(self):
        self.check("x = 1\nreturn x\n", 1, "SyntaxError: 'return' outside function", "SyntaxError: 'return' outside function\n")

    def test_of_an_exit_is_its_text(self):
        self.check("import sys\nsys.exit('no topic\\ngiven')\n", 1, "SystemExit: no topic given", "no topic\ngiven\n")

    def test_of_an_exit_code_is_what_was_printed_last(self):
        program = "import argparse\nparser = argparse.ArgumentParser()\nparser.add_argument('--topic', required=True)\nparser.parse_args()\n"
        line = "main.py: error: the following arguments are required: --topic"
        self.check(program, 2, f"SystemExit: 2; the last line on stderr: {line}", f"{line}\n")
        self.check("raise SystemExit(3)\n", 3, "SystemExit: 3", "")

    def test_of_a_success_is_absent(self):
        for end in ("sys.exit()", "sys.exit(0)", "pass"):
            ended = self.run_program({"main.py": f"import sys\n{end}\n"})
            self.assertEqual((ended.code, ended.reason), (0, None))

    def test_is_printed_as_the_program_wants(self):
        program = "import sys\nsys.excepthook = lambda kind, value, trace: print('hook', value, file=sys.stderr)\nraise ValueError('bad')\n"
        self.check(program, 1, "ValueError: bad", "hook bad\n")


if __name__ == "__main__":
    unittest.main()
