"""What kobel adds to PyFlink's packages of a runtime.

An interpreter with PyFlink's modules takes seconds to start. So a process of each JVM imports them once, before any
program is there, and forks for each interpreter that Flink asks for. `bin/python` of the runtime is what Flink starts:
it hands its arguments, environment and streams to that process, and waits. Without such a process, or where a program
brings other versions of what is imported already, it becomes an ordinary interpreter.

Commands, of which only `launch` and `serve` run in a sandbox together with a program:
  launch ARGUMENT...          what Flink starts (also without the word, as bin/python)
  serve client|worker JAVA... starts the JVM, and beside it the process that has the modules imported
  the commands of kobel_setup.py
"""

import os
import sys

HOME = os.path.dirname(os.path.abspath(__file__))
SITE = os.path.join(HOME, "site")

# Of the client, which runs main.py, and of the worker, which runs functions.
MODULES = {
    "client": ["pyflink.table", "pyflink.table.expressions", "pyflink.table.udf", "pyflink.table.window", "pyflink.table.catalog",
               "pyflink.datastream", "pyflink.datastream.functions", "pyflink.datastream.state", "pyflink.datastream.window",
               "pyflink.datastream.connectors", "pyflink.common", "pyflink.common.watermark_strategy", "pyflink.java_gateway",
               "pyflink.fn_execution.flink_fn_execution_pb2", "cloudpickle", "runpy", "json", "logging"],
    "worker": ["pyflink.fn_execution.beam.beam_boot", "pyflink.fn_execution.beam.beam_sdk_worker_main",
               "pyflink.fn_execution.beam.beam_operations", "pyflink.fn_execution.beam.beam_coders",
               "pyflink.fn_execution.datastream.operations", "pyflink.fn_execution.table.operations",
               "pyflink.fn_execution.datastream.process.operations",
               "pyflink.datastream", "pyflink.table", "cloudpickle", "runpy", "json", "logging"],
}
BOOT = "pyflink.fn_execution.beam.beam_boot"


def facts():
    import json

    with open(os.path.join(HOME, "python.json"), encoding="utf-8") as file:
        return json.load(file)


# --- what a program brings ---

def program_paths():
    """Packages of the requirements of the program: written by kobel beside the properties of the application."""
    properties = os.environ.get("KOBEL_APPLICATION_PROPERTIES", "")
    try:
        with open(os.path.join(os.path.dirname(properties), "python_path"), encoding="utf-8") as file:
            return [line for line in file.read().splitlines() if line]
    except OSError:
        return []


def search_path():
    given = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    return [*given, *packages_beside(given), *program_paths()]


def packages_beside(given):
    """Flink asks Debian's Python where pip installs below a prefix: it names another directory than pip's own."""
    number = f"python3.{sys.version_info[1]}"
    named = f"/local/lib/{number}/dist-packages"
    return [f"{path[:-len(named)]}/lib/{number}/site-packages" for path in given if path.endswith(named)]


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


def is_own(path):
    """PyFlink itself, as an official distribution has it in opt/python."""
    return path.startswith(os.environ.get("FLINK_OPT_DIR", "\0") + os.sep)


# --- an interpreter ---

def plain_arguments(arguments):
    """An ordinary interpreter. main.py runs in it by way of run(), which keeps the traceback."""
    interpreter = facts()["interpreter"]
    module = os.path.join(HOME, "kobel_python.py")
    if arguments[:2] == ["-m", "pip"]:
        return [interpreter, module, "pip", *arguments[2:]]
    if role_of(arguments) == "client":
        return [interpreter, "-u", module, "run", *arguments]
    return [interpreter, *arguments]


def become_plain(arguments):
    os.environ["PYTHONPATH"] = os.pathsep.join([*search_path(), SITE])
    arguments = plain_arguments(arguments)
    os.execv(arguments[0], arguments)


def role_of(arguments):
    if BOOT in arguments[:3]:
        return "worker"
    return "client" if "PYFLINK_GATEWAY_PORT" in os.environ else None


def run_main(arguments):
    """What `python ARGUMENTS` does: -u and other flags, then -m MODULE or a script."""
    import types

    while arguments and arguments[0].startswith("-") and arguments[0] != "-m":
        arguments = arguments[1:]
    main = types.ModuleType("__main__")
    main.__builtins__ = __builtins__
    sys.modules["__main__"] = main
    if arguments[0] == "-m":
        import runpy

        sys.argv = arguments[1:]
        sys.path.insert(0, os.getcwd())
        runpy._run_module_as_main(arguments[1])
        return
    script = arguments[0]
    sys.argv = list(arguments)
    sys.path.insert(0, os.path.dirname(os.path.abspath(script)))
    main.__file__ = script
    with open(script, "rb") as file:
        code = compile(file.read(), script, "exec")
    exec(code, main.__dict__)


def keep_traceback():
    """For the reason that kobel shows; Flink knows only the exit code."""
    import traceback

    kind, value, trace = sys.exc_info()
    while trace is not None and trace.tb_frame.f_code.co_filename == os.path.abspath(__file__):
        trace = trace.tb_next
    text = "".join(traceback.format_exception(kind, value, trace))
    sys.stderr.write(text)
    sys.stderr.flush()
    directory = os.environ.get("KOBEL_LOG")
    if directory:
        with open(os.path.join(directory, "python-traceback"), "w", encoding="utf-8", errors="replace") as file:
            file.write(text)


def run(arguments):
    try:
        run_main(arguments)
    except SystemExit:
        raise
    except BaseException:
        if role_of(arguments) != "client":
            raise
        keep_traceback()
        sys.exit(1)


# --- the process that has the modules imported ---
#
# They speak through FIFOs, because a sandbox has no Unix sockets. A request is a directory: what to run in `request`,
# and the FIFOs `out` and `err` (what it prints), `status` (one byte: it has begun; another one: its exit code) and
# `control` (signals for it; its end is the end of the one who asked). The directory's path is written to the FIFO of
# the role.

FIFOS = ("out", "err", "status", "control")
BEGUN = b"\1"


def temporary():
    return os.environ.get("TMPDIR", "/tmp")


def fifo_of(role):
    return os.path.join(temporary(), f".kobel-python-{role}-{os.environ.get('KOBEL_FORKER', '')}")


def launch(arguments):
    role = role_of(arguments)
    code = hand_over(role, arguments) if role else None
    if code is None:
        become_plain(arguments)
    os._exit(code)


def hand_over(role, arguments):
    """The exit code; None: there is no such process, or it could not import the modules."""
    import shutil

    directory = None
    try:
        requests = os.open(fifo_of(role), os.O_WRONLY | os.O_NONBLOCK)
        directory = os.path.join(temporary(), f".kobel-python-{os.getpid()}-{os.urandom(8).hex()}")
        os.mkdir(directory, 0o700)
        return Request(directory, requests).run(arguments)
    except OSError:
        return None
    finally:
        if directory is not None:
            shutil.rmtree(directory, ignore_errors=True)


class Request:
    """Waits for what it has asked for, and passes on what that prints."""

    def __init__(self, directory, requests):
        self.requests = requests
        self.directory = directory
        for name in FIFOS:
            os.mkfifo(os.path.join(directory, name), 0o600)
        # Opened before anything is asked for: the other side never waits for these.
        self.status = self.open("status", os.O_RDONLY)
        self.control = self.open("control", os.O_RDWR)
        self.outputs = {self.open("out", os.O_RDONLY): 1, self.open("err", os.O_RDONLY): 2}

    def open(self, name, flags):
        return os.open(os.path.join(self.directory, name), flags | os.O_NONBLOCK)

    def run(self, arguments):
        import select
        import signal

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda number, frame: os.write(self.control, bytes([number])))
        words = [os.getcwd(), str(len(arguments)), *arguments, *(f"{key}={value}" for key, value in os.environ.items())]
        with open(os.path.join(self.directory, "request"), "wb") as file:
            file.write("\0".join(words).encode("utf-8", "surrogateescape"))
        os.write(self.requests, os.fsencode(self.directory) + b"\n")
        poll = select.poll()
        poll.register(self.requests, 0)  # reports when no process reads it any more
        poll.register(self.status, select.POLLIN)
        for output in self.outputs:
            poll.register(output, select.POLLIN)
        return self.wait(poll)

    def wait(self, poll):
        has_begun = False
        code = None
        while True:
            for descriptor, _ in poll.poll():
                if descriptor in self.outputs:
                    if not self.copy(descriptor):
                        poll.unregister(descriptor)
                    continue
                status = b"" if descriptor == self.requests else os.read(self.status, 2)
                if not has_begun and not status:
                    return None
                if not has_begun:
                    poll.unregister(self.requests)
                    has_begun = True
                    status = status[len(BEGUN):] or None
                if status is not None:
                    code = status[0] if status else 137
            if code is not None:
                for output in self.outputs:
                    while self.copy(output):
                        pass
                return code

    def copy(self, descriptor):
        """False: there is no more."""
        try:
            data = os.read(descriptor, 65536)
        except BlockingIOError:
            return False
        view = memoryview(data)
        while view:
            view = view[os.write(self.outputs[descriptor], view):]
        return bool(data)


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
    sys.path[:0] = paths
    sys.executable = os.path.join(HOME, "bin", "python")
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

    sys.path.insert(0, SITE)
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
    run(arguments)


def main(arguments):
    command, rest = arguments[0], arguments[1:]
    if command == "serve":
        serve(rest[0], rest[1:])
    elif command == "launch":
        launch(rest)
    elif command == "run":
        sys.path.remove(HOME)
        run(rest)
    else:
        sys.path.insert(0, HOME)
        import kobel_setup

        kobel_setup.COMMANDS[command](*rest)


if __name__ == "__main__":
    main(sys.argv[1:])
