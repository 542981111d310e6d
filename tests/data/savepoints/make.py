#!/usr/bin/env python3
"""Writes the savepoints and checkpoints of this folder again: `make.py <Flink version> <directory with the jars of its lib>`.

The jars are those of an installed runtime, or of the package apache-flink-libraries. The JVM is the `java` of the PATH, version 17.
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
MODULES = [f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in (
    "java.lang", "java.net", "java.io", "java.nio", "sun.nio.ch", "java.lang.reflect", "java.text", "java.time", "java.util",
    "java.util.concurrent", "java.util.concurrent.atomic", "java.util.concurrent.locks")]
# Keys of several versions: Flink ignores those that it does not know.
ROCKSDB = ["state.backend=rocksdb", "state.backend.type=rocksdb"]
FILES = ["state.backend.fs.memory-threshold=0", "state.storage.fs.memory-threshold=0"]
CHECKPOINTS = ["execution.checkpointing.interval=1s", "execution.checkpointing.externalized-checkpoint-retention=RETAIN_ON_CANCELLATION",
               "execution.checkpointing.incremental=true", "state.backend.incremental=true"]
UNALIGNED = ["execution.checkpointing.unaligned=true", "execution.checkpointing.unaligned.enabled=true"]
CHANGELOG = ["state.changelog.enabled=true", "state.backend.changelog.enabled=true", "state.changelog.storage=filesystem",
             "state.backend.changelog.storage=filesystem", "dstl.dfs.base-path=file://{work}/changelog"]
MERGING = ["execution.checkpointing.file-merging.enabled=true"]

# What else there is of a version: name -> format, settings.
KINDS = {"canonical": ("CANONICAL", ROCKSDB)}
MORE = {
    "1.20.3": {
        "files": ("CANONICAL", ROCKSDB + FILES),
        "native": ("NATIVE", ROCKSDB + FILES),
        "checkpoint": ("CHECKPOINT", ROCKSDB + FILES + CHECKPOINTS),
        "changelog": ("CHECKPOINT", ROCKSDB + CHECKPOINTS + CHANGELOG),
    },
    "2.2.0": {
        "native": ("NATIVE", ROCKSDB + FILES),
        "unaligned": ("CHECKPOINT", CHECKPOINTS + UNALIGNED),
        "merged": ("CHECKPOINT", ROCKSDB + FILES + CHECKPOINTS + MERGING),
    },
}
# The state files that are kept, too: those with names of states at their beginning.
WITH_NAMES = {"files", "native"}


def write(version, name, kind, settings, class_path):
    target = HERE / version / name
    with tempfile.TemporaryDirectory() as work:
        state = pathlib.Path(work) / "state"
        state.mkdir()
        places = [f"state.checkpoints.dir=file://{state}", f"execution.checkpointing.dir=file://{state}"]
        subprocess.run(["java", *MODULES, "-cp", class_path, "Program", str(state), kind, *places,
                        *(setting.format(work=work) for setting in settings)], check=True, stdout=subprocess.DEVNULL)
        source = max(state.rglob("_metadata"), key=lambda path: path.stat().st_mtime).parent
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        for path in source.iterdir():
            if path.name == "_metadata" or (name in WITH_NAMES and b"VALUE_SERIALIZER" in path.read_bytes()[:4096]):
                shutil.copy(path, target / path.name)


def main(version, library):
    jars = ":".join(str(path) for path in sorted(pathlib.Path(library).glob("*.jar"), key=lambda path: ("flink-dist" in path.name, path.name)))
    with tempfile.TemporaryDirectory() as classes:
        subprocess.run(["javac", "-nowarn", "--release", "11", "-d", classes, "-cp", jars, str(HERE / "Program.java")], check=True)
        for name, (kind, settings) in {**KINDS, **MORE.get(version, {})}.items():
            write(version, name, kind, settings, f"{classes}:{jars}")


if __name__ == "__main__":
    main(*sys.argv[1:])
