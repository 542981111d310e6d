"""What a requirements.txt of an application in Python names: which packages are installed, and where."""

import io
import pathlib
import re
import subprocess
import sys
import warnings
import zipfile

import lives
import pytest
from kobel import Application, Kobel
from test_python import GROUP, app, daemon, python  # noqa: F401: fixtures
from test_python_files import wheel, zip_of

SOURCES = pathlib.Path(__file__).parents[2] / "runtime" / "install" / "python"
MAIN = pathlib.Path(__file__).parent / "jobs" / "python-packages" / "main.py"


def expect_versions(app, names, expected, **files):  # noqa: F811
    """An application with these files has these versions, in main.py and in a function."""
    path = pathlib.Path(app.kobel.data) / "s3" / "code" / f"{app.name}.jar"
    path.write_bytes(zip_of({"main.py": MAIN.read_text(), **files}))
    lives.create(app, path.name, {"job": {"label": names}, GROUP: {"python": "main.py"}})
    app.start()
    app.wait_for_count(1, f"{expected}|{expected}")
    app.stop()


# --- what PyFlink brings ---

def files_of(directory):
    return sorted(str(path) for path in directory.rglob("*") if path.suffix != ".pyc" and path.name != "__pycache__")


def expect_another_version_beside(app, site):  # noqa: F811
    six = (site / "six.py").read_text()
    code = re.sub('__version__ = ".*"', '__version__ = "1.16.0"', six)
    before = files_of(site)
    expect_versions(app, "six packaging", f"six=1.16.0=1.16.0,packaging={version_of(site, 'packaging')}={version_of(site, 'packaging')}",
                    **wheel("six", "1.16.0", code), **{"requirements.txt": "--no-index\n-f .\nsix==1.16.0\npackaging>=20\n"})
    assert files_of(site) == before and (site / "six.py").read_text() == six
    # What the runtime has is not installed again where its version will do.
    assert not list(pathlib.Path(app.kobel.data, "python").rglob("packaging"))


def version_of(site, name):
    return next(path.name.split("-")[1] for path in site.glob(f"{name}-*.dist-info")).removesuffix(".dist")


def test_another_version_of_what_pyflink_brings_is_installed_beside_it(app, runtime):  # noqa: F811
    expect_another_version_beside(app, pathlib.Path(runtime, "python", "site"))


@pytest.mark.parametrize("level", ["none", "scoped"])
def test_pip_changes_nothing_of_the_runtime_at_other_levels_of_the_sandbox(python, runtime, tmp_path, level):  # noqa: F811
    with Kobel(tmp_path, "--sandbox", level) as kobel:
        expect_another_version_beside(Application(kobel, level), pathlib.Path(runtime, "python", "site"))


# --- files of the program ---

def test_two_applications_with_the_same_requirements_have_their_own_files(daemon):  # noqa: F811
    for word in ("first", "second"):
        expect_versions(Application(daemon, f"bare-{word}"), "mylib", f"mylib=1.0={word}", **wheel("mylib", "1.0", f"WORD = {word!r}\n"),
                        **{"requirements.txt": "mylib-1.0-py3-none-any.whl\n"})


def test_pyflink_is_left_out_of_each_file_that_requirements_name(app):  # noqa: F811
    expect_versions(app, "one two", "one=1.0=1,two=2.0=2", **wheel("one", "1.0", "WORD = 1\n"), **wheel("two", "2.0", "WORD = 2\n"),
                    **wheel("two", "3.0", "WORD = 3\n"), **{
                        "requirements.txt": "--no-index\n-f wheels\napache-flink==1.20.0\n-r more/extra.txt\none\n".encode("utf-16"),
                        "wheels/empty.txt": "", "constraints.txt": "# é -*- coding: latin-1 -*-\ntwo<3\n".encode("latin-1"),
                        "more/extra.txt": "-f ..\nApache_Flink [x] == 1.20.0 \\\n  --hash=sha256:00\n-c ../constraints.txt\ntwo\nuses_flink\n",
                        "more/uses.txt": "", **uses_flink()})


def uses_flink():
    """A package that requires PyFlink: not even its jars may be downloaded again."""
    files = wheel("uses_flink", "1.0", "")
    name, content = files.popitem()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {entry: archive.read(entry) for entry in archive.namelist()}
    parts["uses_flink-1.0.dist-info/METADATA"] += b"Requires-Dist: apache-flink>=1.20\n"
    return {name: zip_of(parts)}


# --- what is left out, without pip ---

@pytest.fixture
def setup(monkeypatch):
    monkeypatch.syspath_prepend(str(SOURCES))
    import kobel_setup

    return kobel_setup


def kept(setup, tmp_path, files):
    """The text of each file, as pip gets it, and whether the file is the one of the program."""
    program = tmp_path / "program"
    for name, content in files.items():
        (program / name).parent.mkdir(parents=True, exist_ok=True)
        (program / name).write_bytes(content)
    requirements = pathlib.Path(setup.leave_out_flink(str(program / "requirements.txt"), str(tmp_path / "copy")))
    return requirements.parent, {name: setup.decode((requirements.parent / name).read_bytes()) for name in files}


@pytest.mark.parametrize("content", [
    b"", b"six\r\n", b"apache-flink-ml\n", b"# apache-flink\n", b"-f https://example.com/apache-flink\n", b"apache-flinks==1\n",
    b"\xff\xfe\x00", b"# coding: no-such\napache-flink\n", b"\xe9\napache-flink\n"])
def test_requirements_without_pyflink_or_that_cannot_be_read_stay_as_they_are(setup, tmp_path, content):
    program = tmp_path / "requirements.txt"
    program.write_bytes(content)
    assert setup.leave_out_flink(str(program), str(tmp_path / "copy")) == str(program)


@pytest.mark.parametrize("line", [
    "apache-flink", "apache-flink==1.20.0", "Apache.Flink >=1 ; python_version > '3'", "apache_flink_libraries~=1.20", "apache--flink[x]",
    "apache-flink @ https://example.com/x.whl", "  apache-flink # ours", "apache-flink (==1.20)", "apache-flink\\\n==1.20.0 \\\n  --hash=sha256:00",
    "./wheels/apache_flink-1.20.0-cp311-cp311-linux_x86_64.whl", "apache-flink-libraries-1.20.0.tar.gz"])
def test_each_way_to_require_pyflink_is_left_out(setup, tmp_path, line):
    _, texts = kept(setup, tmp_path, {"requirements.txt": f"six\n{line}\nregex \\\n>2\n".encode()})
    assert texts == {"requirements.txt": "six\nregex \\\n>2\n"}


@pytest.mark.parametrize("option", [
    "-r sub/more.txt", "-rsub/more.txt", "--requirement=sub/more.txt", "--requirement sub/more.txt", "--req 'sub/more.txt' # don't", "-c sub/more.txt",
    "--constraint=sub/more.txt", "-r ./sub/../sub/more.txt", "-r \\\nsub/more.txt"])
def test_requirements_of_other_files_are_followed(setup, tmp_path, option):
    directory, texts = kept(setup, tmp_path, {
        "requirements.txt": f"{option}\n".encode(), "sub/more.txt": b"apache-flink\n-r ../last.txt\nsix\n", "last.txt": b"apache-flink\n-r sub/more.txt\n",
        "sub/a.whl": b"as it was"})
    assert texts == {"requirements.txt": f"{option}\n", "sub/more.txt": "-r ../last.txt\nsix\n", "last.txt": "-r sub/more.txt\n",
                     "sub/a.whl": "as it was"}
    assert directory == tmp_path / "copy"


@pytest.mark.parametrize("content", [
    "é\napache-flink\nsix\n".encode("utf-8"), "é\r\napache-flink\r\nsix\r\n".encode("utf-16"), b"\xef\xbb\xbf" + "é\napache-flink\nsix".encode(),
    b"\xfe\xff" + "é\napache-flink\nsix".encode("utf-16-be"), "é\napache-flink\nsix".encode("utf-32"),
    "# -*- coding: latin-1 -*-\né\napache-flink\nsix".encode("latin-1")], ids=["utf-8", "utf-16", "mark", "utf-16-be", "utf-32", "latin-1"])
def test_requirements_are_read_in_the_encodings_of_pip(setup, tmp_path, content):
    _, texts = kept(setup, tmp_path, {"requirements.txt": content})
    assert texts["requirements.txt"].split("\n")[-3:] == ["é", "six", ""]


# --- the zip ---

def test_of_two_entries_with_one_name_the_last_one_counts(tmp_path):
    code = tmp_path / "code.zip"
    with zipfile.ZipFile(code, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr("main.py", "the first, which is longer")
        archive.writestr("main.py", "the last")
    subprocess.run([sys.executable, "-I", SOURCES / "kobel_python.py", "unpack", code, "", tmp_path / "program"], check=True)
    assert (tmp_path / "program" / "main.py").read_text() == "the last"
