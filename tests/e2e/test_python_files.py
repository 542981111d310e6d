"""The files of an application in Python beside its program: jars, modules, archives and packages, named by properties or by the program."""

import io
import pathlib
import zipfile

import lives
import pytest
from kobel import Application, Kobel
from programs import install_runtime
from test_python import GROUP, app, daemon, fails_to_start, python  # noqa: F401: fixtures

SOURCES = pathlib.Path(__file__).parent / "jobs" / "python-files"


def zip_of(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            # Without rights, as of DOS: Flink gives them to what it unpacks, which is forbidden at the level `scoped`.
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0x20
            archive.writestr(entry, content)
    return out.getvalue()


def wheel(name, version, code):
    about = f"{name}-{version}.dist-info"
    return {f"{name}-{version}-py3-none-any.whl": zip_of({
        f"{name}.py": code, f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n", f"{about}/RECORD": ""})}


def wheel_with_word(name, word):
    return {f"wheels/{file}": content for file, content in wheel(name, "1.0", f"WORD = {word!r}\n").items()}


def create(app, jars, run, runtime="FLINK-1_20", **more):  # noqa: F811
    files = {"src/said.py": (SOURCES / "said.py").read_text(), "packed.zip": zip_of({"packed.py": "WORD = 'zip'\n"}),
             "single.py": "WORD = 'single'\n", "words.zip": zip_of({"word.txt": "archive"}), "lib/functions.jar": pathlib.Path(jars["Shout"]).read_bytes(),
             **wheel_with_word("package_of_wheel", "wheel"), **wheel_with_word("package_of_program", "program"), **more}
    path = pathlib.Path(app.kobel.data) / "s3" / "code" / f"{app.name}.jar"
    path.write_bytes(zip_of(files))
    lives.create(app, path.name, {"job": {"label": "all"}, GROUP: run}, runtime)


def run_by_properties(app, jars, runtime="FLINK-1_20"):  # noqa: F811
    create(app, jars, {"pyModule": "by_property", "jarfile": "lib/functions.jar", "pyFiles": "src, packed.zip,single.py,modules/,.",
                       "pyArchives": "words.zip#data"}, runtime,
           **{"modules/by_property.py": (SOURCES / "by_property.py").read_text(), "needed.txt": "package_of_program\n", "beside.py": "WORD = 'beside'\n",
              "requirements.txt": "./wheels/package_of_wheel-1.0-py3-none-any.whl\n"})
    app.start()
    app.wait_for_count(3, "ALL-DIRECTORY!-zip-single-wheel-program-archive-beside")
    app.stop()


@pytest.mark.parametrize("runtime_name", ["FLINK-1_18", "FLINK-1_19", "FLINK-1_20", "FLINK-2_2", "FLINK-2_3"])
def test_properties_name_a_module_and_its_files(app, jars, runtime_name):  # noqa: F811
    install_runtime(runtime_name, "--python")
    run_by_properties(app, jars, runtime_name)


def test_files_and_packages_are_found_without_namespaces(python, jars, tmp_path):  # noqa: F811
    with Kobel(tmp_path, "--sandbox", "scoped") as kobel:
        run_by_properties(Application(kobel, "scoped"), jars)


def test_a_program_names_its_files_itself(app, jars):  # noqa: F811
    create(app, jars, {"python": "by_program.py"},
           **{"by_program.py": (SOURCES / "by_program.py").read_text(), "needed.txt": "package_of_wheel\npackage_of_program\n"})
    app.start()
    app.wait_for_count(3, "ALL!-zip-single-wheel-program-archive")
    app.stop()


# Run by pip, as every package that is built while it is installed.
HOSTILE = """
import os, socket

reached = []
for name, attempt in {
    "a file of the user": lambda: open(%(secret)r).read(),
    "the records": lambda: open(%(data)r + "/kobel.db", "rb").read(1),
    "code of others": lambda: open(%(data)r + "/s3/code/mine", "w"),
    "the API": lambda: socket.create_connection(("127.0.0.1", %(port)d)),
    "the daemon": lambda: os.kill(%(pid)d, 0),
}.items():
    try:
        attempt()
        reached.append(name)
    except OSError:
        pass
raise SystemExit(f"it has reached {reached}")
"""


def test_what_pip_runs_reaches_nothing_of_the_user(app, jars, tmp_path):  # noqa: F811
    (tmp_path / "secret").write_text("secret")
    assert (pathlib.Path(app.kobel.data) / "kobel.db").exists()
    program = HOSTILE % {"secret": str(tmp_path / "secret"), "data": app.kobel.data, "pid": app.kobel.process.pid,
                         "port": int(app.kobel.url.rpartition(":")[2])}
    create(app, jars, {"python": "by_program.py"}, **{
        "by_program.py": "", "requirements.txt": "./hostile\n", "hostile/backend.py": program,
        "hostile/pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'})
    assert "pip could not install requirements.txt: ERROR:" in fails_to_start(app)
    said = next(pathlib.Path(app.kobel.data).glob("apps/*/clusters/*/log/pip.out")).read_text()
    assert "it has reached []" in said
