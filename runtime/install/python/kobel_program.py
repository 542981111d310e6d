"""Runs a program in this process as `python ARGUMENT...` does."""

import os
import sys

from kobel_python import role_of


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
