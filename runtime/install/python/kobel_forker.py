"""The process that has PyFlink's modules imported, and forks for each interpreter that Flink asks for (see kobel_python.py)."""

import os
import sys

# What each interpreter imports before it finds the modules of a program.
AT_START = {name.split(".")[0] for name in sys.modules}

from importlib.machinery import all_suffixes  # noqa: E402

from kobel_program import first_directory, run_client, run_main  # noqa: E402
from kobel_python import (BEGUN, HOME, MODULES, SITE, become_plain, fifo_of, is_own, leave_flink,  # noqa: E402
                          search_path)

SUFFIXES = sorted(all_suffixes(), key=len, reverse=True)


# --- what a program brings ---

def is_namespace(module):
    return getattr(module, "__file__", None) is None and hasattr(module, "__path__")


def imported_names():
    """What a program might bring in another version. Packages that several directories may have parts of are not imported as a whole."""
    names = set()
    for name, module in list(sys.modules.items()):
        if not getattr(getattr(module, "__spec__", None), "has_location", False):
            continue  # Of the interpreter itself: it is found before any file.
        parts = name.split(".")
        depth = 1
        while depth < len(parts) and is_namespace(sys.modules.get(".".join(parts[:depth]))):
            depth += 1
        names.update(".".join(parts[:count]) for count in range(1, depth + 1))
    return {name for name in names if name.split(".")[0] not in AT_START | {"pyflink"}}


def files_in(path, names, package=""):
    """The modules of a directory or a zip, as paths in it; of packages, only of those with the names."""
    if os.path.isfile(path):
        import zipfile

        try:
            with zipfile.ZipFile(path) as archive:
                yield from archive.namelist()
        except (OSError, zipfile.BadZipFile):
            pass
        return
    try:
        entries = os.listdir(os.path.join(path, package))
    except OSError:
        return
    for entry in entries:
        inner = os.path.join(package, entry)
        if inner.replace(os.sep, ".") in names:
            yield from files_in(path, names, inner)
        else:
            yield inner


def module_of(file):
    """None: the file is not a module."""
    for suffix in SUFFIXES:
        if file.endswith(suffix):
            parts = file[:-len(suffix)].split(os.sep)
            return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return None


def hides(path, names):
    """Whether a program imports one of the names from there, where others of that name are imported already."""
    return any(module_of(file) in names for file in files_in(path, names))


# --- a child ---

def begin_child(directory, imported):
    """In the fork: the process that Flink asked for. Returns the arguments."""
    with open(os.path.join(directory, "request"), "rb") as file:
        words = file.read().decode("utf-8", "surrogateescape").split("\0")
    count = int(words[1])
    arguments = words[2:2 + count]
    for number, name in ((1, "out"), (2, "err")):
        output = os.open(os.path.join(directory, name), os.O_WRONLY)
        os.dup2(output, number)
        os.close(output)
    for output in (sys.stdout, sys.stderr):
        output.reconfigure(line_buffering=True, write_through=True)
    os.environ.clear()
    os.environ.update(dict(word.split("=", 1) for word in words[2 + count:]))
    os.chdir(words[0])
    paths = search_path()
    if any(hides(path, imported) for path in [first_directory(arguments), *paths] if not is_own(path)):
        become_plain(arguments)
    leave_flink()
    sys.path[:0] = paths
    import importlib

    importlib.invalidate_caches()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    return arguments


class Child:
    def __init__(self, pid, directory):
        self.pid = pid
        self.status = os.open(os.path.join(directory, "status"), os.O_WRONLY | os.O_NONBLOCK)
        self.control = os.open(os.path.join(directory, "control"), os.O_RDONLY | os.O_NONBLOCK)

    def close(self):
        os.close(self.status)
        os.close(self.control)


class Server:
    """Forks for each request, and tells the one who asked how the child ended."""

    def __init__(self, requests):
        import selectors
        import signal

        self.requests = requests
        self.pending = b""
        self.children = []
        self.selector = selectors.DefaultSelector()
        self.selector.register(requests, selectors.EVENT_READ, self.accept)
        self.wake, self.wakes = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.set_wakeup_fd(self.wakes, warn_on_full_buffer=False)
        self.selector.register(self.wake, selectors.EVENT_READ, self.reap)
        self.imported = imported_names()

    def serve(self):
        """Returns in a child, with the arguments of what it has to run."""
        while True:
            for key, _ in self.selector.select():
                arguments = key.data()
                if arguments is not None:
                    return arguments

    def accept(self):
        *directories, self.pending = (self.pending + os.read(self.requests, 65536)).split(b"\n")
        for directory in directories:
            arguments = self.fork(os.fsdecode(directory))
            if arguments is not None:
                return arguments
        return None

    def fork(self, directory):
        import selectors

        pid = os.fork()
        if pid == 0:
            self.leave()
            return begin_child(directory, self.imported)
        try:
            child = Child(pid, directory)
        except OSError:
            os.kill(pid, 9)
            return None
        try:
            os.write(child.status, BEGUN)
        except OSError:
            pass  # the one who asked has gone: pass_on() sees that
        self.children.append(child)
        self.selector.register(child.control, selectors.EVENT_READ, lambda: self.pass_on(child))
        return None

    def leave(self):
        import signal

        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self.selector.close()
        for descriptor in (self.requests, self.wake, self.wakes):
            os.close(descriptor)
        for child in self.children:
            child.close()

    def pass_on(self, child):
        """A signal for the child, or the end of the one who asked."""
        import signal

        if child not in self.children:
            return  # reaped in the same turn
        data = os.read(child.control, 1)
        if not data:
            self.selector.unregister(child.control)
        os.kill(child.pid, data[0] if data else signal.SIGKILL)

    def reap(self):
        try:
            os.read(self.wake, 4096)
        except BlockingIOError:
            pass
        for child in list(self.children):
            done, status = os.waitpid(child.pid, os.WNOHANG)
            if done == 0:
                continue
            # Python 3.8 has no waitstatus_to_exitcode().
            code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)
            if child.control in self.selector.get_map():
                self.selector.unregister(child.control)
            try:
                os.write(child.status, bytes([code]))
            except OSError:
                pass
            child.close()
            self.children.remove(child)


def import_modules(role):
    import gc
    import importlib

    sys.path[:] = [SITE, *(path for path in sys.path if path != HOME)]
    # multiprocessing keeps it when it is imported.
    sys.executable = os.path.join(HOME, "bin", "python")
    for name in MODULES[role]:
        try:
            importlib.import_module(name)
        except ImportError as problem:
            sys.stderr.write(f"kobel: {name} cannot be imported: {problem}\n")
    gc.collect()
    gc.freeze()


def die_with_parent():
    import ctypes
    import signal

    PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def listen(role):
    path = fifo_of(role)
    if os.path.lexists(path):
        os.unlink(path)
    os.mkfifo(path, 0o600)
    # Before the JVM starts: who asks while the modules are being imported waits for them.
    return os.open(path, os.O_RDWR)


def serve(role, command):
    try:
        # Where processes share their directory for temporary files, each JVM has its own all the same.
        os.environ["KOBEL_FORKER"] = str(os.getpid())
        requests = listen(role)
        pid = os.fork()
    except OSError as problem:
        sys.stderr.write(f"kobel: every interpreter imports PyFlink by itself: {problem}\n")
        pid = 1
    if pid != 0:
        os.execv(command[0], command)
    die_with_parent()
    # Its threads would not be there after a fork.
    os.environ.update(OPENBLAS_NUM_THREADS="1", ARROW_DEFAULT_MEMORY_POOL="system")
    import_modules(role)
    arguments = Server(requests).serve()
    if role == "client":
        run_client(arguments)
    else:
        run_main(arguments)
