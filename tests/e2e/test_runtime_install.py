"""Installs runtimes: downloads and checks them, and starts each once to write its class-data archives."""

import os
import re
import subprocess

import pytest
from package_server import PIECES, PackageServer

from kobel import BINARY


def install(*words, **options):
    return subprocess.run([os.path.abspath(BINARY), "runtime", "install", *words], capture_output=True, text=True, **options)


def test_a_runtime_is_installed_and_started_once(runtime, tmp_path):
    # The directory is named as seen from here; Flink runs elsewhere.
    result = install("FLINK-1_20", "--runtimes", "of-flink", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert re.search(r"^added Flink 1\.20\.\d from /.*\.tar\.gz$", result.stderr, re.M), result.stderr
    assert "added inspector.jar from kobel\n" in result.stderr
    runtimes = tmp_path / "of-flink"
    installed = runtimes / "FLINK-1_20"
    assert (installed / "jobmanager.jsa").stat().st_size > 0
    assert (installed / "taskmanager.jsa").stat().st_size > 0
    # What the service has, and what it has not.
    assert (installed / "lib" / "aws-kinesisanalytics-runtime-kobel.jar").stat().st_size > 0
    assert list((installed / "plugins" / "s3-fs-hadoop").glob("flink-s3-fs-hadoop-1.20.*.jar"))
    assert list((installed / "lib").glob("flink-scala_*.jar")) == []
    for part in ("the class KinesisAnalyticsRuntime from kobel", "flink-s3-fs-hadoop-1.20."):
        assert f"added {part}" in result.stderr
    # One of an earlier kobel lacks these programs: the next installation adds them.
    (installed / "inspector.jar").unlink()
    (installed / "holder-1.jar").unlink()
    result = install("FLINK-1_20", "--runtimes", str(runtimes))
    assert result.returncode == 0 and "FLINK-1_20   is installed already\n" in result.stderr, result.stderr
    assert (installed / "inspector.jar").stat().st_size > 0
    assert (installed / "holder-1.jar").stat().st_size > 0
    # The working directories are removed.
    assert [path.name for path in runtimes.iterdir() if path.is_dir()] == ["FLINK-1_20"]


@pytest.fixture
def packages(tmp_path):
    (tmp_path / "bin").mkdir()
    server = PackageServer(tmp_path / "bin")
    yield server
    server.stop()


def test_a_download_that_was_interrupted_is_continued(packages, tmp_path):
    environment = {**os.environ, "PATH": f"{tmp_path}/bin:{os.environ['PATH']}", "XDG_CACHE_HOME": str(tmp_path / "cache")}
    words = ("FLINK-1_20", "--runtimes", str(tmp_path / "runtimes"))
    first = install(*words, env=environment)
    assert first.returncode == 1 and "FLINK-1_20   about 232 MB to download\n" in first.stderr, first.stderr
    assert re.search(r"the download of apache-flink-libraries 1\.20\.3 was interrupted after \d MB: .* Run the command again: it continues there",
                     first.stderr), first.stderr
    again = install(*words, env=environment)
    # The package is complete; that it is not a whole Flink is another matter.
    assert again.returncode == 1 and "this Flink distribution is not complete: lib lacks" in again.stderr, again.stderr
    piece = len(packages.content) // PIECES + 1
    assert packages.begins == [piece * index for index in range(PIECES)]
    downloads = tmp_path / "cache" / "kobel" / "downloads"
    assert [path.name for path in downloads.iterdir()] == ["apache-flink-libraries-1.20.3.tar.gz"]
    assert (downloads / "apache-flink-libraries-1.20.3.tar.gz").read_bytes() == packages.content


def test_several_runtimes_are_installed_by_one_command_which_names_their_sizes_first(tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    environment = {**os.environ, "PATH": str(empty), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    result = install("FLINK-1_19", "FLINK-2_3", "FLINK-1_19", "--runtimes", str(tmp_path / "runtimes"), env=environment)
    assert result.returncode == 1
    assert result.stderr.startswith("FLINK-1_19   about 231 MB to download\nFLINK-2_3    about 329 MB to download\n"
                                    "in all       about 560 MB to download\nFLINK-1_19:\n"), result.stderr
    # Without pip each of them fails, and says so.
    assert re.findall(r"kobel: install (\S+): pip could not download", result.stderr) == ["FLINK-1_19", "FLINK-2_3"]
    every = install("--all", "--runtimes", str(tmp_path / "runtimes"), env=environment)
    assert re.findall(r"^(FLINK-\S+):$", every.stderr, re.M) == [
        "FLINK-1_15", "FLINK-1_18", "FLINK-1_19", "FLINK-1_20", "FLINK-2_2", "FLINK-2_3"]


@pytest.mark.parametrize("words, text", [
    (["--all", "FLINK-1_20"], "--all is all runtimes: name none beside it"),
    (["FLINK-1_20", "FLINK-2_2", "--from", "/"], "--from is the distribution of one runtime: name only that"),
    (["FLINK-1_20", "FLINK-9"], "'FLINK-9' is not a runtime"),
])
def test_what_cannot_be_installed_together_is_refused(words, text, tmp_path):
    result = install(*words, "--runtimes", str(tmp_path / "runtimes"))
    assert result.returncode == 2 and text in result.stderr
    assert not (tmp_path / "runtimes").exists()
