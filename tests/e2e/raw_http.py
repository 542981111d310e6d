"""Requests of the API as raw bytes on a connection, for tests of HTTP itself."""

import socket
from urllib.parse import urlsplit

from kobel import PATIENCE_S

TARGET = "X-Amz-Target: KinesisAnalytics_20180523."


def connect(kobel):
    address = urlsplit(kobel.url)
    return socket.create_connection((address.hostname, address.port), timeout=PATIENCE_S)


def post(operation, body=b"{}", *headers):
    head = ["POST / HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/x-amz-json-1.1", TARGET + operation, f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def read_reply(stream):
    """Status, headers and body of a reply."""
    status = int(stream.readline().split()[1])
    headers = {}
    while (line := stream.readline()) != b"\r\n":
        name, value = line.decode().split(":", 1)
        headers[name.lower()] = value.strip()
    return status, headers, stream.read(int(headers.get("content-length", 0)))


def is_served(kobel):
    with connect(kobel) as peer, peer.makefile("rb") as stream:
        peer.sendall(post("ListApplications"))
        return read_reply(stream)[0] == 200
