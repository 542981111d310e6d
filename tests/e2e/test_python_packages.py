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

SOURCES = pathlib.Path(__file__).parents[2] / "runtime" / "install" / "python"
MAIN = pathlib.Path(__file__).parent / "jobs" / "python-packages" / "main.py"


def zip_of(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def wheel(name, version, code):
    about = f"{name}-{version}.dist-info"
    return {f"{name}-{version}-py3-none-any.whl": zip_of({
        f"{name}.py": code, f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n", f"{about}/RECORD": ""})}


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


# --- the zip ---

def test_of_two_entries_with_one_name_the_last_one_counts(tmp_path):
    code = tmp_path / "code.zip"
    with zipfile.ZipFile(code, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr("main.py", "the first, which is longer")
        archive.writestr("main.py", "the last")
    subprocess.run([sys.executable, "-I", SOURCES / "kobel_python.py", "unpack", code, "", tmp_path / "program"], check=True)
    assert (tmp_path / "program" / "main.py").read_text() == "the last"
