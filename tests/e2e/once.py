"""What workers of a test run, and test runs beside each other, make only once or one after the other."""

import contextlib
import fcntl
import os
import pathlib
import shutil


def cache():
    """kobel's own directory for what is downloaded and kept."""
    return pathlib.Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")) / "kobel"


@contextlib.contextmanager
def alone(lock):
    """Holds the lock of this path; it falls with its process."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with open(lock, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def with_downloads():
    """Maven and npm do not expect others in their directories."""
    return alone(cache() / "downloads.lock")


def made_once(directory, make):
    """The directory with what `make(directory)` puts into it; whoever comes first makes it."""
    with alone(directory.with_name(f"{directory.name}.lock")):
        made = directory.with_name(f"{directory.name}.made")
        if not made.exists():
            shutil.rmtree(directory, ignore_errors=True)
            directory.mkdir(parents=True)
            make(directory)
            made.touch()
    return directory


def shared_directory(tmp_path_factory):
    """One directory for all workers of this run."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
