"""What kobel does for Python before a program runs, as commands of kobel_python.py:
  install SITE                lists what pip has to install, on stdout
  finish SITE                 removes tests, compiles what is imported
  unpack ZIP SHA256 TARGET    unpacks a program
  packages REQUIREMENTS SITE TARGET   installs what a program requires
  pip ARGUMENT...             pip, in the sandbox of a program or of its packages
"""

import os
import sys

import kobel_python


# --- installing ---

def list_requirements(site):
    """What apache-flink needs, without the jars of the runtime, which are there already."""
    import importlib.metadata

    for found in importlib.metadata.distributions(path=[site]):
        if found.metadata["Name"].replace("_", "-") == "apache-flink":
            for requirement in found.requires or []:
                if not requirement.startswith("apache-flink"):
                    print(requirement)
    # pkg_resources, which PyFlink uses to install requirements, is not part of later ones.
    print("pip\nsetuptools<80\nwheel")


def finish(site):
    import glob
    import shutil

    unused = ["pandas/tests", "pyarrow/tests", "pyarrow/include", "numpy/*/tests", "numpy/tests", "pyflink/**/tests", "apache_beam/testing",
              "apache_beam/examples", "bin"]
    for pattern in unused:
        for path in glob.glob(os.path.join(site, pattern), recursive=True):
            if pattern != "apache_beam/testing":
                shutil.rmtree(path)
    sys.path.insert(0, site)
    import importlib

    for role in kobel_python.MODULES:
        for name in kobel_python.MODULES[role]:
            importlib.import_module(name)


# --- a program ---

UNPACKED_MAX_BYTES = 2 << 30
ENTRIES_MAX = 50000


def fail(message):
    sys.stderr.write(message + "\n")
    sys.exit(1)


def unpack(path, sha256, target):
    """Into a directory that does not exist yet. The limits hold for what is written, whatever the zip says."""
    import hashlib
    import resource
    import shutil
    import zipfile
    import zlib

    # What is packed may be made to need more.
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    if sha256 and digest.hexdigest() != sha256:
        fail("The stored code of the application is damaged. Update the application with its code again.")
    partial = target + ".partial"
    shutil.rmtree(partial, ignore_errors=True)
    left = UNPACKED_MAX_BYTES
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > ENTRIES_MAX:
                fail(f"The zip of the application has more than {ENTRIES_MAX} entries.")
            for entry in entries:
                parts = entry.filename.split("/")
                if entry.filename.startswith("/") or ".." in parts or "\\" in entry.filename:
                    fail(f"The zip of the application has an entry outside of itself: {entry.filename[:200]!r}.")
                if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    fail(f"The zip of the application has an entry with another compression than deflate: {entry.filename[:200]!r}.")
                place = os.path.join(partial, entry.filename)
                if entry.is_dir():
                    os.makedirs(place, exist_ok=True)
                    continue
                os.makedirs(os.path.dirname(place), exist_ok=True)
                # Of two entries with one name the last one counts, as for unzip.
                with archive.open(entry) as source, open(place, "wb") as copy:
                    while block := source.read(1 << 20):
                        left -= len(block)
                        if left < 0:
                            fail(f"The zip of the application is larger than {UNPACKED_MAX_BYTES >> 20} MB when it is unpacked.")
                        copy.write(block)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, MemoryError, zlib.error) as problem:
        fail(f"The zip of the application cannot be unpacked: {problem}")
    os.rename(partial, target)


def make_environment(directory):
    """A virtual environment: from it, pip removes nothing that lies outside, where it installs another version. Nor does it count
    packages of the machine, which the service does not have."""
    interpreter = kobel_python.facts()["interpreter"]
    command = os.path.join(directory, "bin", "python")
    os.makedirs(os.path.dirname(command))
    os.symlink(interpreter, command)
    with open(os.path.join(directory, "pyvenv.cfg"), "w", encoding="utf-8") as file:
        file.write(f"home = {os.path.dirname(interpreter)}\ninclude-system-site-packages = false\n")
    return command


def install_packages(requirements, site, target):
    """What PyFlink brings is not installed again where its version will do; another version is installed beside it."""
    import glob
    import re
    import subprocess

    with open(requirements, encoding="utf-8") as file:
        lines = file.read().splitlines()
    kept = [line for line in lines if not re.match(r"\s*apache[-_.]flink(-libraries)?\s*([=<>~!;@\[#]|$)", line, re.IGNORECASE)]
    if kept != lines:
        # The runtime has it, with its own version.
        requirements = os.path.join(target, "requirements.txt")
        with open(requirements, "w", encoding="utf-8") as file:
            file.write("\n".join(kept) + "\n")
    prefix = os.path.join(target, "prefix")
    python = make_environment(prefix)
    environment = {**os.environ, "PYTHONPATH": site, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    command = [python, "-s", kobel_python.__file__, "pip", "install", "--no-input", "--no-warn-script-location", "--root-user-action", "ignore",
               "--no-cache-dir", "--prefix", prefix, "-r", requirements]
    code = subprocess.call(command, env=environment)
    if code != 0:
        sys.exit(code)
    found = [path for name in ("site-packages", "dist-packages") for path in glob.glob(os.path.join(prefix, "**", name), recursive=True)]
    with open(os.path.join(target, "paths"), "w", encoding="utf-8") as file:
        file.write("".join(os.path.relpath(path, target) + "\n" for path in found))


def run_pip(*arguments):
    """pip gives each file its rights, which no program may change at the level `scoped` of a sandbox. They are good enough there."""
    import runpy

    change = os.chmod

    def change_if_allowed(*what, **how):
        try:
            change(*what, **how)
        except PermissionError:
            pass

    os.chmod = change_if_allowed
    sys.argv = ["pip", *arguments]
    # Not kobel's files; those of the program, in whose directory pip runs, are not in the path.
    sys.path[:] = [path for path in sys.path if path != kobel_python.HOME]
    runpy.run_module("pip", run_name="__main__", alter_sys=True)


COMMANDS = {"install": list_requirements, "finish": finish, "unpack": unpack, "packages": install_packages, "pip": run_pip}
