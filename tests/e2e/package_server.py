"""A package index with one package, whose server cuts off every answer. It stands in for pip, too."""

import hashlib
import http.server
import io
import os
import re
import tarfile
import threading

PIECES = 8


def archive():
    """A package without most of Flink's jars."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        entry = tarfile.TarInfo("apache-flink-libraries-1.20.3/deps/lib/flink-dist-1.20.3.jar")
        content = os.urandom(1 << 20)
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))
    return out.getvalue()


class PackageServer:
    def __init__(self, directory):
        """`directory`: gets a python3 that prints what `pip index versions -vvv` prints."""
        self.content = archive()
        self.begins = []  # of each answer, as a position in the archive
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
                begin = int(asked[1]) if asked else 0
                outer.begins.append(begin)
                rest = outer.content[begin:]
                self.send_response(206 if asked else 200)
                if asked:
                    self.send_header("Content-Range", f"bytes {begin}-{len(outer.content) - 1}/{len(outer.content)}")
                self.send_header("Content-Length", str(len(rest)))
                self.end_headers()
                self.wfile.write(rest[:len(outer.content) // PIECES + 1])

            def log_message(self, *_):
                pass

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        url = f"http://127.0.0.1:{self.server.server_port}/apache-flink-libraries-1.20.3.tar.gz"
        python = directory / "python3"
        python.write_text(f"#!/bin/sh\necho '  Found link {url}#sha256={hashlib.sha256(self.content).hexdigest()} (from index), version: 1.20.3'\n")
        python.chmod(0o755)

    def stop(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
