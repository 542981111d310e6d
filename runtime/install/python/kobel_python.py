"""What kobel adds to PyFlink's packages of a runtime.

An interpreter with PyFlink's modules takes seconds to start. So a process of each JVM imports them once, before any
program is there, and forks for each interpreter that Flink asks for (kobel_forker.py). `bin/python` of the runtime is what
Flink starts: it hands its arguments, environment and output to that process, and waits. Without such a process, or where a
program brings other versions of what is imported already, it becomes an ordinary interpreter. So does each one that a
program starts by sys.executable.

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


def is_own(path):
    """PyFlink itself, as an official distribution has it in opt/python."""
    return path.startswith(os.environ.get("FLINK_OPT_DIR", "\0") + os.sep)


# --- an interpreter ---

def program_of(arguments):
    """What Flink starts: a script or `-m` MODULE, and its arguments. None: it is something else."""
    program = arguments[1:] if arguments[:1] == ["-u"] else arguments
    if program[:1] == ["-m"]:
        return program if len(program) > 1 else None
    return program if program and not program[0].startswith("-") else None


def role_of(program):
    """None: an ordinary interpreter, such as each one that a program starts."""
    if program is None or "KOBEL_FORKER" not in os.environ:
        return None
    if program[:2] == ["-m", BOOT]:
        return "worker"
    return "client" if "PYFLINK_GATEWAY_PORT" in os.environ else None


def leave_flink():
    """What this process starts from here on is not started by Flink."""
    os.environ.pop("KOBEL_FORKER", None)


def plain_arguments(arguments):
    """An ordinary interpreter. main.py runs in it by way of run_client(), which keeps why it failed."""
    interpreter = facts()["interpreter"]
    module = os.path.join(HOME, "kobel_python.py")
    if arguments[:2] == ["-m", "pip"]:
        return [interpreter, module, "pip", *arguments[2:]]
    if role_of(program_of(arguments)) == "client":
        return [interpreter, "-u", module, "run", *program_of(arguments)]
    return [interpreter, *arguments]


def become_plain(arguments):
    os.environ["PYTHONPATH"] = os.pathsep.join([*search_path(), SITE])
    arguments = plain_arguments(arguments)
    leave_flink()
    os.execv(arguments[0], arguments)


# --- handing over to the process that has the modules imported (kobel_forker.py) ---
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
    program = program_of(arguments)
    role = role_of(program)
    code = hand_over(role, program) if role else None
    if code is None:
        become_plain(arguments)
    os._exit(code)


def hand_over(role, program):
    """The exit code; None: there is no such process, or it could not import the modules."""
    import shutil

    directory = None
    try:
        requests = os.open(fifo_of(role), os.O_WRONLY | os.O_NONBLOCK)
        directory = os.path.join(temporary(), f".kobel-python-{os.getpid()}-{os.urandom(8).hex()}")
        os.mkdir(directory, 0o700)
        return Request(directory, requests).run(program)
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


def main(arguments):
    command, rest = arguments[0], arguments[1:]
    if command == "serve":
        import kobel_forker

        kobel_forker.serve(rest[0], rest[1:])
    elif command == "launch":
        launch(rest)
    elif command == "run":
        import kobel_program

        sys.path.remove(HOME)
        kobel_program.run_client(rest)
    else:
        sys.path.insert(0, HOME)
        import kobel_setup

        kobel_setup.COMMANDS[command](*rest)


if __name__ == "__main__":
    main(sys.argv[1:])
