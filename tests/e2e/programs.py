"""The programs of tests/e2e/jobs as jars, one for each main class."""

import os
import pathlib
import shutil
import subprocess
import zipfile

from once import cache, downloads_locked, locked

from kobel import BINARY

SOURCES = pathlib.Path(__file__).parent / "jobs"
EXAMPLES = pathlib.Path(__file__).parents[2] / "examples"


def install_runtime(name, *options):
    with locked(cache() / "runtimes.lock"):
        subprocess.run([BINARY, "runtime", "install", name, *options], check=True)


def pack(jar, classes, main_class):
    """Packs all classes, with a manifest that names the main class, if any."""
    manifest = "Manifest-Version: 1.0\n" + (f"Main-Class: {main_class}\n" if main_class else "")
    with zipfile.ZipFile(jar, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("META-INF/MANIFEST.MF", f"{manifest}\n")
        for path in sorted(classes.rglob("*.class")):
            archive.write(path, path.relative_to(classes))
    return str(jar)


def compile_all(runtime, directory):
    """Compiles all programs, and returns the directory of the classes."""
    classes = directory / "classes"
    sources = sorted(str(path) for path in SOURCES.glob("*.java"))
    subprocess.run(["javac", "-nowarn", "--release", "11", "-d", str(classes), "-cp", f"{runtime}/lib/*", *sources], check=True)
    return classes


def build_jars(runtime, directory):
    """Builds a jar for each program, one without a main class, and a file that is not a jar."""
    classes = compile_all(runtime, directory)
    for source in SOURCES.glob("*.java"):
        pack(directory / f"{source.stem}.jar", classes, f"jobs.{source.stem}")
    pack(directory / "NoMain.jar", classes, None)
    (directory / "Noise.jar").write_bytes(os.urandom(4096))


def build_examples(directory, alone=""):
    """Builds a copy of the examples that Maven knows together, or the one that is built alone."""
    build_copy(EXAMPLES, directory, alone)


def build_copy(source, directory, inner=""):
    """Builds a copy of a project of Maven, or of one inside it."""
    shutil.copytree(source, directory, dirs_exist_ok=True, ignore=shutil.ignore_patterns("target"))
    with downloads_locked():
        subprocess.run(["mvn", "-q", "-B", "-T2", "-f", str(directory / inner / "pom.xml"), "package"], check=True)


def zip_around(path, jar):
    """An archive with a jar, as some build tools make it."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", "deploy me")
        archive.write(jar, "target/job.jar")
