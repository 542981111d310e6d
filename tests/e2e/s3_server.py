"""An S3 server, by http or https, an authority for its certificates, and a daemon whose buckets are there."""

import contextlib
import datetime
import ipaddress
import pathlib
import signal
import socket
import subprocess
import sys
import typing

import boto3
import pytest
from botocore.exceptions import BotoCoreError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kobel import Application, Kobel, wait_for

BUCKET = "copies"


class Identity(typing.NamedTuple):
    """Paths of PEM files."""
    certificate: str
    key: str
    authority: str


class Authority:
    """Signs certificates, which no system trusts."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority of a test")])
        certificate = self.build(self.name, self.key).add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        self.path = self.write("authority.pem", certificate.sign(self.key, hashes.SHA256()))

    def build(self, name, key):
        now = datetime.datetime.now(datetime.timezone.utc)
        return (x509.CertificateBuilder().subject_name(name).issuer_name(self.name).public_key(key.public_key())
                .serial_number(x509.random_serial_number())
                .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1)))

    def write(self, name, certificate):
        (self.directory / name).write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return str(self.directory / name)

    def identity(self, address):
        """Of a server with that address."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "server of a test")])
        alternative = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
        certificate = self.build(name, key).add_extension(alternative, critical=False).sign(self.key, hashes.SHA256())
        path = self.directory / f"{address}.key"
        path.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        return Identity(self.write(f"{address}.pem", certificate), str(path), self.path)


class S3Server:
    """moto in a process of its own, which can be paused."""

    def __init__(self, log, identity=None):
        """`identity`: for https. A certificate of "127.0.0.1", and the files of an Authority."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"{'http' if identity is None else 'https'}://127.0.0.1:{port}"
        tls = [] if identity is None else ["-s", "-c", identity.certificate, "-k", identity.key]
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from moto.server import main; main()", "-H", "127.0.0.1", "-p", str(port), *tls],
            stdout=log, stderr=subprocess.STDOUT)
        self.client = boto3.client("s3", endpoint_url=self.url, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test",
                                   verify=None if identity is None else identity.authority)
        wait_for(self.answers, "the S3 server answers")
        self.client.create_bucket(Bucket=BUCKET)

    def answers(self):
        with contextlib.suppress(BotoCoreError):
            return self.client.list_buckets()

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def keys(self, prefix=""):
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return {entry["Key"]: entry["Size"] for page in pages for entry in page.get("Contents", [])}

    def unfinished(self):
        return self.client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])

    def upload(self, directory, prefix):
        for path in pathlib.Path(directory).rglob("*"):
            if path.is_file():
                self.client.upload_file(str(path), BUCKET, f"{prefix}{path.relative_to(directory)}")

    def stop(self):
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def daemon_with(server, data, *options):
    """A daemon with its buckets on the server. The code of applications is there, too."""
    patch = pytest.MonkeyPatch()
    for name, value in {"AWS_ENDPOINT_URL_S3": server.url, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
                        "AWS_REGION": "us-east-1"}.items():
        patch.setenv(name, value)
    server.client.create_bucket(Bucket="code")
    put = Application.put_code
    patch.setattr(Application, "put_code", lambda self, jar: server.client.upload_file(jar, "code", f"{self.name}.jar"))
    try:
        with Kobel(data, *options) as kobel:
            yield kobel
    finally:
        patch.undo()
    assert Application.put_code is put
