"""Installs a runtime: downloads and checks it, and starts it once to write its class-data archives."""

import re
import subprocess

from kobel import BINARY


def test_a_runtime_is_installed_and_started_once(runtime, tmp_path):
    result = subprocess.run([BINARY, "runtime", "install", "FLINK-1_20", "--runtimes", str(tmp_path)], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert re.search(r"^added Flink 1\.20\.\d from /.*\.tar\.gz$", result.stderr, re.M), result.stderr
    assert "added inspector.jar from kobel\n" in result.stderr
    installed = tmp_path / "FLINK-1_20"
    assert (installed / "jobmanager.jsa").stat().st_size > 0
    assert (installed / "taskmanager.jsa").stat().st_size > 0
    # One of an earlier kobel lacks these programs: the next installation adds them.
    (installed / "inspector.jar").unlink()
    (installed / "holder-1.jar").unlink()
    subprocess.run([BINARY, "runtime", "install", "FLINK-1_20", "--runtimes", str(tmp_path)], check=True)
    assert (installed / "inspector.jar").stat().st_size > 0
    assert (installed / "holder-1.jar").stat().st_size > 0
    # The working directories are removed.
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["FLINK-1_20"]
