"""Certificates made for a test, and a proxy that speaks TLS before servers that do not."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SSL_REQUEST = bytes.fromhex("0000000804d2162f")
"""How a client of PostgreSQL asks for TLS; the server says S and begins."""


@dataclass(frozen=True)
class Certificates:
    """An authority, and what it vouches for: files in PEM."""

    authority: Path
    server: Path
    server_key: Path
    client: Path
    client_key: Path


def certificates(folder: Path, host: str = "localhost") -> Certificates:
    """A new authority, with a server's certificate for `host` and a client's."""
    folder.mkdir()
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Authority of a test")
    authority = _builder(name, name, key).add_extension(x509.BasicConstraints(True, None), critical=True)
    signed = authority.sign(key, hashes.SHA256())
    _write(folder / "authority.pem", signed)
    for role in ("server", "client"):
        own = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(_name(host if role == "server" else "turnpoint"), name, own)
        if role == "server":
            builder = builder.add_extension(x509.SubjectAlternativeName(_names(host)), critical=False)
        _write(folder / f"{role}.pem", builder.sign(key, hashes.SHA256()))
        path = folder / f"{role}.key"
        path.write_bytes(
            own.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        path.chmod(0o600)
    return Certificates(
        *(folder / name for name in ("authority.pem", "server.pem", "server.key", "client.pem", "client.key"))
    )


def _names(host: str) -> list[x509.GeneralName]:
    with suppress(ValueError):
        return [x509.IPAddress(ip_address(host))]
    return [x509.DNSName(host)]


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
    )


def _write(path: Path, certificate: x509.Certificate) -> None:
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


@contextmanager
def tls_before(
    upstream: Path, own: Certificates, of_postgres: bool = False, asks_client: bool = False
) -> Iterator[int]:
    """The port of a proxy on loopback that hands what it decrypts on to a Unix socket."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own.server, own.server_key)
    if asks_client:
        context.load_verify_locations(own.authority)
        context.verify_mode = ssl.CERT_REQUIRED
    with socket.create_server(("127.0.0.1", 0)) as listening:
        accepting = threading.Thread(
            target=_accept, args=(listening, context, upstream, of_postgres), daemon=True
        )
        accepting.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
    accepting.join()


@contextmanager
def without_tls() -> Iterator[int]:
    """The port of a PostgreSQL server that says that it does not encrypt."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        accepting = threading.Thread(target=_refuse, args=(listening,), daemon=True)
        accepting.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
    accepting.join()


def _refuse(listening: socket.socket) -> None:
    with suppress(OSError):
        while True:
            client, _ = listening.accept()
            with client:
                client.recv(8, socket.MSG_WAITALL)
                client.sendall(b"N")


def _accept(listening: socket.socket, context: ssl.SSLContext, upstream: Path, of_postgres: bool) -> None:
    with suppress(OSError):
        while True:
            client, _ = listening.accept()
            threading.Thread(
                target=_serve, args=(client, context, upstream, of_postgres), daemon=True
            ).start()


def _serve(client: socket.socket, context: ssl.SSLContext, upstream: Path, of_postgres: bool) -> None:
    with suppress(OSError), client:
        if of_postgres:
            if client.recv(8, socket.MSG_WAITALL) != SSL_REQUEST:
                return
            client.sendall(b"S")
        with (
            context.wrap_socket(client, server_side=True) as encrypted,
            socket.socket(socket.AF_UNIX) as plain,
        ):
            plain.connect(str(upstream))
            back = threading.Thread(target=_pump, args=(plain, encrypted), daemon=True)
            back.start()
            _pump(encrypted, plain)
            back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while some := source.recv(65536):
            sink.sendall(some)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_RDWR)
