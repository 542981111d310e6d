"""The life of an application with the AWS SDKs for Java and for JavaScript. The clients and their checks are in clients/."""

import pathlib
import shutil
import subprocess

import pytest

from once import cache, downloads_locked

CLIENTS = pathlib.Path(__file__).parent / "clients"


def run(*words, **options):
    done = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    assert done.returncode == 0, f"{' '.join(str(word) for word in words)}\n{done.stdout[-8000:]}"
    return done.stdout


@pytest.fixture
def java(tmp_path):
    """The class path of the compiled client."""
    path = tmp_path / "classpath"
    with downloads_locked():
        run("mvn", "-q", "-B", "-f", CLIENTS / "java" / "pom.xml", f"-Doutput.directory={tmp_path}/target", "compile",
            "dependency:build-classpath", f"-Dmdep.outputFile={path}")
    return f"{tmp_path}/target/classes:{path.read_text().strip()}"


@pytest.fixture
def javascript():
    """A directory with the client and its packages, which are kept until package.json changes."""
    directory = cache() / "clients" / "javascript"
    directory.mkdir(parents=True, exist_ok=True)
    wanted = (CLIENTS / "javascript" / "package.json").read_text()
    installed = directory / "installed.json"
    with downloads_locked():
        if not installed.exists() or installed.read_text() != wanted:
            shutil.copy(CLIENTS / "javascript" / "package.json", directory)
            run("npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--cache", cache() / "npm", cwd=directory)
            installed.write_text(wanted)
        shutil.copy(CLIENTS / "javascript" / "life.mjs", directory)
    return directory


@pytest.mark.slow
def test_the_sdk_for_java_manages_the_life_of_an_application(application, jars, java):
    run("java", "-cp", java, "clients.Life", application.kobel.url, application.name, jars["Counting"])
    assert application.is_gone()


@pytest.mark.slow
def test_the_sdk_for_javascript_manages_the_life_of_an_application(application, jars, javascript):
    run("node", javascript / "life.mjs", application.kobel.url, application.name, jars["Counting"])
    assert application.is_gone()
