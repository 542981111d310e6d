"""The process that has PyFlink's modules imported, and forks for each interpreter that Flink asks for (see kobel_python.py)."""

import os
import sys

from kobel_program import run_client, run_main
from kobel_python import BEGUN, HOME, MODULES, SITE, become_plain, fifo_of, is_own, leave_flink, search_path


def names_in(path):
    """The top-level modules that a directory or a zip brings."""
    if os.path.isfile(path):
        import zipfile

        try:
            with zipfile.ZipFile(path) as archive:
                entries = {name.split("/")[0] for name in archive.namelist()}
        except (OSError, zipfile.BadZipFile):
            return set()
    else:
        try:
            entries = os.listdir(path)
        except OSError:
            return set()
    return {entry.split(".")[0] for entry in entries}


def become_child(directory, imported):
    """In the fork: the process that Flink asked for."""
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
    if any(names_in(path) & imported for path in paths if not is_own(path)):
        become_plain(arguments)
    leave_flink()
    sys.path[:0] = paths
    import importlib

    importlib.invalidate_caches()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    return arguments


def imported_names():
    """What a program might bring in another version."""
    names = {name.split(".")[0] for name, module in sys.modules.items()
             if (getattr(module, "__file__", None) or "").startswith(SITE + os.sep)}
    return names - {"pyflink"}


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
            return become_child(directory, self.imported)
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
