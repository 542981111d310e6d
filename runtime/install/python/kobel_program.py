"""Runs a program in this process as `python ARGUMENT...` does.

Of the program that Flink starts as its client, why it failed is kept for the reason that kobel shows: Flink knows only the exit code.
Nothing but what each interpreter has at its start is imported here: a module beside the program may have the same name.
"""

import os
import sys

HEADER = "Traceback (most recent call last):\n"
LAST_CHARACTERS = 2000


def first_directory(arguments):
    """What Python puts before everything else in its search path."""
    if arguments[0] == "-m":
        return os.getcwd()
    return os.path.dirname(os.path.realpath(arguments[0]))


def run_main(arguments):
    """-m MODULE or a script, and its arguments."""
    main = type(sys)("__main__")
    main.__builtins__ = sys.modules["builtins"]
    sys.modules["__main__"] = main
    if arguments[0] == "-m":
        import runpy

        sys.argv = arguments[1:]
        sys.path.insert(0, first_directory(arguments))
        runpy._run_module_as_main(arguments[1])
        return
    script = arguments[0]
    sys.argv = list(arguments)
    sys.path.insert(0, first_directory(arguments))
    main.__file__ = script
    with open(script, "rb") as file:
        code = compile(file.read(), script, "exec", dont_inherit=True)
    exec(code, main.__dict__)


# --- the reason ---

class LastLine:
    """The last line that is written to a stream."""

    def __init__(self, stream):
        self.text = ""
        self.write = stream.write
        stream.write = self.keep

    def keep(self, text):
        count = self.write(text)
        self.text = (self.text + text)[-LAST_CHARACTERS:]
        return count

    def get(self):
        return self.text.strip().split("\n")[-1].strip()


def frames_of_program(trace):
    own = (__file__, "runpy.py", "<frozen runpy>")
    while trace is not None and trace.tb_frame.f_code.co_filename.endswith(own):
        trace = trace.tb_next
    return trace


def cut_library(trace):
    """argparse and others call sys.exit() for the program."""
    library = os.path.dirname(os.__file__) + os.sep
    last = None
    while trace is not None:
        if not trace.tb_frame.f_code.co_filename.startswith(library):
            last = trace
        trace = trace.tb_next
    if last is not None:
        last.tb_next = None


def text_of(failure):
    """As Python prints it. Where there are no frames, as for a mistake of syntax, Python prints no header."""
    import io

    stream = sys.stderr
    sys.stderr = text = io.StringIO()
    try:
        sys.__excepthook__(type(failure), failure, failure.__traceback__)
    finally:
        sys.stderr = stream
    return ("" if failure.__traceback__ else HEADER) + text.getvalue()


def failure_of(end, errors):
    """What to show of sys.exit(). Of an exit code, the last line on stderr says more, as with argparse."""
    words = str(end.code)
    if isinstance(end.code, int) and errors.get():
        words += f"; the last line on stderr: {errors.get()}"
    cut_library(end.__traceback__)
    return SystemExit(" ".join(words.split())).with_traceback(end.__traceback__)


def is_success(failure):
    return isinstance(failure, SystemExit) and failure.code in (None, 0)


def reason_path():
    directory = os.environ.get("KOBEL_LOG")
    return os.path.join(directory, "python-traceback") if directory else os.devnull


def keep_reason(path, failure, errors):
    try:
        if isinstance(failure, SystemExit):
            failure = failure_of(failure, errors)
        with open(path, "w", encoding="utf-8", errors="replace") as file:
            file.write(text_of(failure))
    except Exception:
        pass  # The program ends as it does, with or without a reason.


def run_client(arguments):
    program = os.getpid()
    path = reason_path()
    errors = LastLine(sys.stderr)
    # Of the job that a spare ran before.
    if os.path.isfile(path):
        os.unlink(path)
    try:
        run_main(arguments)
    except BaseException as failure:
        failure.__traceback__ = frames_of_program(failure.__traceback__)
        # A fork that the program makes comes here, too, and may fail without the program failing.
        if os.getpid() == program and not is_success(failure):
            keep_reason(path, failure, errors)
        if isinstance(failure, SystemExit):
            raise
        sys.excepthook(type(failure), failure, failure.__traceback__)
        sys.exit(1)
