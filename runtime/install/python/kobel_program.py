"""Runs a program in this process as `python ARGUMENT...` does.

Of the program that Flink starts as its client, why it failed is kept for the reason that kobel shows: Flink knows only the exit code.
Nothing but what each interpreter has at its start is imported here: a module beside the program may have the same name.
"""

import os
import sys


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


def run_client(arguments):
    program = os.getpid()
    try:
        run_main(arguments)
    except SystemExit:
        raise
    except BaseException:
        # A fork that the program makes comes here, too, and may fail without the program failing.
        if os.getpid() != program:
            raise
        keep_traceback()
        sys.exit(1)
