"""Runs a command of kobel against a daemon."""

import os
import subprocess

from kobel import BINARY


def call(kobel, *words, status=0):
    """Runs a command, and returns its output, or its errors where `status` is not 0."""
    done = subprocess.run([BINARY, *words], env={**os.environ, "KOBEL_URL": kobel.url}, capture_output=True, text=True)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout if status == 0 else done.stderr
