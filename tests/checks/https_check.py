#!/usr/bin/env python3
"""Runs shipped binaries over HTTPS as they meet it behind a company's firewall: a certificate of an authority of its own, and a proxy.

In front of the simulator stands a server that ends TLS with a certificate made here, and beside it a proxy that lets through to it
whatever host is asked for. What must hold: a certificate is trusted only if the machine or `AWS_CA_BUNDLE` says so; calls take the
way `HTTPS_PROXY` and `NO_PROXY` say; calls by plain HTTP take none; a mistake in these variables ends the run before any call; and
no password of a proxy is ever shown.

Usage: https_check.py FOLDER_OF_BINARIES
"""

import base64
import datetime
import ipaddress
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

# Where the SDK calls ECS if nobody says otherwise.
AMAZON = "ecs.us-east-1.amazonaws.com"
PASSWORD = "hush-hush"


def name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def authority(common: str) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    return signed(common, key, name(common), key, x509.BasicConstraints(ca=True, path_length=None), []), key


def signed(common, key, issuer, by, constraints, names) -> x509.Certificate:
    now = datetime.datetime.now(datetime.timezone.utc)
    day = datetime.timedelta(days=1)
    builder = (x509.CertificateBuilder().subject_name(name(common)).issuer_name(issuer).public_key(key.public_key())
               .serial_number(x509.random_serial_number()).not_valid_before(now - day).not_valid_after(now + day)
               .add_extension(constraints, critical=True))
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(by, hashes.SHA256())


def pour(source, sink) -> None:
    """Passes on what comes until it ends."""
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        pass
    finally:
        for one in (source, sink):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def join(one, other) -> None:
    threading.Thread(target=pour, args=(one, other), daemon=True).start()
    pour(other, one)


class Server:
    """Listens on a port of this machine, and answers each connection in a thread of its own."""

    def __init__(self, answer):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.answer = answer
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        while True:
            connection, _ = self.socket.accept()
            threading.Thread(target=self.one, args=(connection,), daemon=True).start()

    def one(self, connection) -> None:
        try:
            self.answer(connection)
        except OSError:
            pass  # A client that does not like the certificate hangs up.


class World:
    """The simulator, TLS in front of it, and a proxy."""

    def __init__(self, binaries: Path, folder: Path):
        self.binaries, self.folder = binaries, folder
        self.simulator = subprocess.Popen([binaries / "wharfie-simulate-ecs", "--port", "0", "--speed", "500"],
                                          stdout=subprocess.PIPE, text=True, env={})
        self.keys = {}
        for line in self.simulator.stdout:
            if line == "ready\n":
                break
            known, value = line.rstrip("\n").split("=", 1)
            self.keys[known] = value
        self.plain = self.keys.pop("AWS_ENDPOINT_URL")
        root, by = authority("wharfie test authority")
        key = ec.generate_private_key(ec.SECP256R1())
        names = [x509.DNSName("localhost"), x509.DNSName(AMAZON), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        leaf = signed("a server", key, root.subject, by, x509.BasicConstraints(ca=False, path_length=None), names)
        self.root = folder / "root.pem"
        self.root.write_bytes(b"# The authority of the tests.\n" + pem(root))
        stranger, _ = authority("another authority")
        self.stranger = folder / "stranger.pem"
        self.stranger.write_bytes(pem(stranger))
        (folder / "leaf.pem").write_bytes(pem(leaf) + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(folder / "leaf.pem")
        self.tls = Server(self.end_tls)
        self.asked: list[tuple[str, str]] = []
        self.refuses = False
        self.proxy = Server(self.connect)

    def end_tls(self, connection) -> None:
        host, port = self.plain.removeprefix("http://").split(":")
        join(self.context.wrap_socket(connection, server_side=True), socket.create_connection((host, int(port))))

    def connect(self, connection) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += connection.recv(65536)
        first, *rest = head.split(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
        fields = dict(line.split(": ", 1) for line in rest)
        self.asked.append((first, {known.lower(): value for known, value in fields.items()}.get("proxy-authorization", "")))
        if self.refuses:
            connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")
            connection.close()
            return
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        join(connection, socket.create_connection(("127.0.0.1", self.tls.port)))

    @property
    def local(self) -> str:
        return f"https://localhost:{self.tls.port}"

    @property
    def via(self) -> str:
        return f"http://deployer:{PASSWORD}@127.0.0.1:{self.proxy.port}"

    def run(self, stage: str, *options: str, **variables: str) -> tuple[int, str]:
        environment = {**self.keys, "HOME": str(self.folder), "RUNNER_TEMP": str(self.folder), "PATH": os.environ["PATH"], **variables}
        done = subprocess.run([self.binaries / f"wharfie-{stage}", *options], env=environment, text=True, cwd=self.folder,
                              capture_output=True, timeout=120, check=False)
        return done.returncode, done.stdout + done.stderr

    def fetch(self, endpoint: str | None, **variables: str) -> tuple[int, str]:
        """One call."""
        at = ["--endpoint-url", endpoint] if endpoint else []
        return self.run("fetch-taskdef", "--task-definition-arn", "web:1", "--max-attempts", "1", *at, **variables)


class Checks:
    def __init__(self):
        self.made = self.failed = 0

    def __call__(self, what: str, holds: bool, seen: object = "") -> None:
        self.made += 1
        if not holds:
            self.failed += 1
            print(f"FAILED: {what}\n{seen}")


def certificates(world: World, check: Checks) -> None:
    code, text = world.fetch(world.local)
    check("a certificate nobody trusts ends the run, and what to do is said",
          code == 5 and "certificate" in text and "AWS_CA_BUNDLE" in text, text)
    for variable in ("AWS_CA_BUNDLE", "SSL_CERT_FILE"):
        code, text = world.fetch(world.local, **{variable: str(world.root)})
        check(f"{variable} is trusted", code == 0 and '"family": "web"' in text, text)
    code, text = world.fetch(world.local, AWS_CA_BUNDLE=str(world.stranger), SSL_CERT_FILE=str(world.root))
    check("AWS_CA_BUNDLE stands in the place of what the machine trusts", code == 5 and "certificate" in text, text)
    nothing = {"SSL_CERT_FILE": os.devnull, "SSL_CERT_DIR": str(world.folder / "no such folder")}
    code, text = world.fetch(world.local, **nothing)
    check("a machine without certificates is told what it lacks", code == 5 and "`ca-certificates`" in text and "a bug" not in text, f"{code}: {text}")
    pipe = world.folder / "pipe.pem"
    os.mkfifo(pipe)
    # Who opened it would wait for ever.
    code, text = world.fetch(world.plain, SSL_CERT_FILE=str(pipe))
    check("plain HTTP reads no certificates", code == 0, text)
    both = world.folder / "both.pem"
    both.write_bytes(world.stranger.read_bytes() + world.root.read_bytes())
    code, text = world.fetch(world.local, AWS_CA_BUNDLE=str(both))
    check("every certificate of the file counts", code == 0, text)
    code, text = world.fetch(world.local, AWS_CA_BUNDLE="")
    check("an empty variable is none", code == 5, text)
    files = {
        "missing.pem": None,
        "empty.pem": b"",
        "text.pem": b"no certificate\n",
        "torn.pem": world.root.read_bytes()[:-40],
        "broken.pem": b"-----BEGIN CERTIFICATE-----\n" + base64.b64encode(b"not a certificate") + b"\n-----END CERTIFICATE-----\n",
    }
    for file, content in files.items():
        if content is not None:
            (world.folder / file).write_bytes(content)
        code, text = world.fetch(world.local, AWS_CA_BUNDLE=str(world.folder / file))
        check(f"{file} is refused by its name", code == 3 and file in text and "AWS_CA_BUNDLE" in text and "panic" not in text, f"{code}: {text}")


def proxies(world: World, check: Checks) -> None:
    trust = {"AWS_CA_BUNDLE": str(world.root)}
    word = "Basic " + base64.b64encode(f"deployer:{PASSWORD}".encode()).decode()
    for variable in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        world.asked.clear()
        code, text = world.fetch(None, **trust, **{variable: world.via})
        check(f"{variable} is the way to AWS", code == 0 and world.asked == [(f"CONNECT {AMAZON}:443 HTTP/1.1", word)], (text, world.asked))
    world.asked.clear()
    code, text = world.fetch(None, **trust, HTTPS_PROXY=f"127.0.0.1:{world.proxy.port}")
    check("an address without a scheme is one of HTTP", code == 0 and world.asked == [(f"CONNECT {AMAZON}:443 HTTP/1.1", "")], (text, world.asked))
    for listed in ("localhost", "example.com, localhost", "*"):
        world.asked.clear()
        code, text = world.fetch(world.local, **trust, HTTPS_PROXY=world.via, NO_PROXY=listed)
        check(f"NO_PROXY={listed} goes past it", code == 0 and world.asked == [], (text, world.asked))
    world.asked.clear()
    code, text = world.fetch(world.plain, HTTP_PROXY=world.via, HTTPS_PROXY=world.via)
    check("plain HTTP goes through no proxy", code == 0 and world.asked == [], (text, world.asked))
    world.asked.clear()
    world.refuses = True
    code, text = world.fetch(None, **trust, HTTPS_PROXY=world.via)
    world.refuses = False
    check("a proxy that refuses is named as what it is, without its password",
          code == 5 and PASSWORD not in text and "HTTPS_PROXY" in text, f"{code}: {text}")
    for wrong in (f"socks5://me:{PASSWORD}@127.0.0.1:1080", f"http://me:{PASSWORD}@", "http://", "://x"):
        code, text = world.fetch(None, HTTPS_PROXY=wrong)
        check(f"`{wrong}` is refused before any call", code == 2 and "HTTPS_PROXY" in text and PASSWORD not in text, f"{code}: {text}")


def whole(world: World, check: Checks) -> None:
    code, text = world.run("deploy-service", "--cluster", "demo", "--service", "web", "--force-new-deployment", "true",
                           AWS_CA_BUNDLE=str(world.root), HTTPS_PROXY=world.via)
    check("a deployment is followed to its end through the proxy", code == 0 and "deployed" in text and PASSWORD not in text, f"{code}: {text}")


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="https-"))
    check = Checks()
    world = World(Path(sys.argv[1]).resolve(), folder)
    try:
        certificates(world, check)
        proxies(world, check)
        whole(world, check)
    finally:
        world.simulator.kill()
        shutil.rmtree(folder, ignore_errors=True)
    print(f"https: {check.made} checks, {check.failed} failed")
    return 1 if check.failed else 0


if __name__ == "__main__":
    sys.exit(main())
