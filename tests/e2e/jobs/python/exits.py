"""Starts interpreters, and ends with what they have computed."""

import multiprocessing
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor

if __name__ == "__main__":
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        spawned = pool.submit(abs, -8).result()
    program = "import pyflink\nprint(41 + 1)\n"
    printed = subprocess.run([sys.executable, "-X", "utf8", "-"], input=program, capture_output=True, text=True).stdout
    sys.exit(f"it has got {spawned} and {printed}")
