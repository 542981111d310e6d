"""Locks for the workers of a test run, and for test runs at the same time: some things are made once, or by one at a time."""

import contextlib
import fcntl
import os
import pathlib
import shutil


def cache():
    """The directory for downloads of the tests."""
    return pathlib.Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")) / "kobel"


@contextlib.contextmanager
def locked(lock):
    """Holds the lock file of this path. The lock ends with the process."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with open(lock, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def downloads_locked():
    """Maven and npm cannot share their directories with another run."""
    return locked(cache() / "downloads.lock")


def made_once(directory, make):
    """The directory with the files that `make(directory)` creates: the first caller creates them."""
    with locked(directory.with_name(f"{directory.name}.lock")):
        made = directory.with_name(f"{directory.name}.made")
        if not made.exists():
            shutil.rmtree(directory, ignore_errors=True)
            directory.mkdir(parents=True)
            make(directory)
            made.touch()
    return directory


def shared_directory(tmp_path_factory):
    """The directory that all workers of this run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
