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


def decode(data):
    """Text of a file of requirements, as pip reads it."""
    import codecs
    import re

    # UTF-16 begins as UTF-32 does.
    for mark, encoding in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_BE, "utf-32-be"), (codecs.BOM_UTF32_LE, "utf-32-le"),
                           (codecs.BOM_UTF16_BE, "utf-16-be"), (codecs.BOM_UTF16_LE, "utf-16-le")):
        if data.startswith(mark):
            return data[len(mark):].decode(encoding)
    for line in data.split(b"\n")[:2]:
        named = re.search(rb"coding[:=]\s*([-\w.]+)", line) if line.startswith(b"#") else None
        if named:
            return data.decode(named[1].decode("ascii"))
    return data.decode("utf-8")


def logical_lines(text):
    """Of a file of requirements, each as its lines: a backslash at the end continues a line, unless it is a comment."""
    parts = []
    for line in text.splitlines():
        parts.append(line)
        if line.endswith("\\") and not line.lstrip().startswith("#"):
            continue
        yield parts
        parts = []
    yield parts


def joined(parts):
    """A line without its comment."""
    import re

    return re.sub(r"(^|\s+)#.*$", "", "".join(part.rstrip("\\") for part in parts)).strip()


def is_flink(parts):
    """Does a line require PyFlink or its jars, by name or as an archive?"""
    import re

    return re.match(r"(?!-)([^\s@]*/)?apache[-_.]+flink([-_.]+libraries)?(-\d|[\s=<>~!;@\[(#,]|$)", joined(parts), re.IGNORECASE)


def files_named(parts):
    """What may be the name of a file in a line with options: -r FILE, -rFILE, --requirement=FILE, -c FILE ..."""
    import shlex

    line = joined(parts)
    try:
        words = shlex.split(line) if line.startswith("-") else []
    except ValueError:
        words = []  # pip reports it
    return [name for word in words for name in (word, word[2:], word.partition("=")[2]) if name]


def find_flink(requirements):
    """The files of requirements that require PyFlink, by their paths in the program, each with its text without that."""
    program = os.path.dirname(requirements)
    changed = {}
    pending = [os.path.basename(requirements)]
    known = set(pending)
    for name in pending:
        try:
            with open(os.path.join(program, name), "rb") as file:
                lines = list(logical_lines(decode(file.read())))
        except (OSError, LookupError, ValueError):
            continue  # not a file of requirements, or pip reports it
        kept = [line for line in lines if not is_flink(line)]
        if kept != lines:
            changed[name] = "".join(part + "\n" for line in kept for part in line)
        for line in kept:
            for other in files_named(line):
                other = os.path.normpath(os.path.join(os.path.dirname(name), other))
                if not other.startswith(("/", "..")) and other not in known:
                    known.add(other)
                    pending.append(other)
    return changed


def leave_out_flink(requirements, copy):
    """The runtime has PyFlink, with its own version. Returns the file of requirements to use: where something is left out, it is in
    a copy of the program, in which each file finds the others. The copy has links to all other files."""
    changed = find_flink(requirements)
    if not changed:
        return requirements
    program = os.path.dirname(requirements)
    for directory, _, names in os.walk(program):
        place = os.path.normpath(os.path.join(copy, os.path.relpath(directory, program)))
        os.makedirs(place)
        for name in names:
            path = os.path.join(directory, name)
            if os.path.relpath(path, program) not in changed:
                os.symlink(path, os.path.join(place, name))
    for name, text in changed.items():
        # With a mark, so that a comment that names another encoding does not count.
        with open(os.path.join(copy, name), "w", encoding="utf-8-sig") as file:
            file.write(text)
    return os.path.join(copy, os.path.basename(requirements))


def write_known(site, directory):
    """For pip: the jars of PyFlink are there. A package that requires PyFlink does not bring them again."""
    import importlib.metadata

    version = next(found.version for found in importlib.metadata.distributions(name="apache-flink", path=[site]))
    about = os.path.join(directory, f"apache_flink_libraries-{version}.dist-info")
    os.makedirs(about)
    with open(os.path.join(about, "METADATA"), "w", encoding="utf-8") as file:
        file.write(f"Metadata-Version: 2.1\nName: apache-flink-libraries\nVersion: {version}\n")


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
    import shutil
    import subprocess

    prefix, copy, known = (os.path.join(target, name) for name in ("prefix", "program", "known"))
    python = make_environment(prefix)
    write_known(site, known)
    environment = {**os.environ, "PYTHONPATH": known + os.pathsep + site, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    command = [python, "-s", kobel_python.__file__, "pip", "install", "--no-input", "--no-warn-script-location", "--root-user-action", "ignore",
               "--no-cache-dir", "--prefix", prefix, "-r", leave_out_flink(requirements, copy)]
    code = subprocess.call(command, env=environment)
    if code != 0:
        sys.exit(code)
    for directory in (copy, known):
        shutil.rmtree(directory, ignore_errors=True)
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
