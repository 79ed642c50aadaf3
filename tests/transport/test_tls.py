"""Certificates are checked before anything is said."""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import ssl
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from smartapp.errors import EhrTooSlow, EhrUnreachable
from smartapp.transport import Limits, Transport


def certificate(folder: Path, host: str) -> Path:
    """A certificate that vouches for itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = dt.datetime.now(dt.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{host}.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + built.public_bytes(serialization.Encoding.PEM)
    )
    return path


class TlsEhr:
    def __init__(self, certificate: Path, newest: ssl.TLSVersion | None = None) -> None:
        import socket

        self.heard: list[bytes] = []
        self.connections = 0
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)
        if newest is not None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # old on purpose
                self._context.set_ciphers("ALL:@SECLEVEL=0")
                self._context.minimum_version = ssl.TLSVersion.TLSv1
                self._context.maximum_version = newest
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self._listener.getsockname()[1]}/fhir"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            plain.settimeout(5)
            with (
                contextlib.suppress(OSError),
                self._context.wrap_socket(plain, server_side=True) as connection,
            ):
                while data := connection.recv(65_536):
                    self.heard.append(data)
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")
                    if b"/slow" not in data:
                        connection.sendall(b"{}")

    def stop(self) -> None:
        import socket

        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


@pytest.fixture
def vouched(tmp_path: Path) -> Path:
    return certificate(tmp_path, "127.0.0.1")


@pytest.fixture
def tls_ehr(vouched: Path) -> Iterator[TlsEhr]:
    server = TlsEhr(vouched)
    yield server
    server.stop()


@pytest.mark.smart(1, 2)
def test_a_certificate_that_nobody_vouches_for_is_refused_before_a_word_is_said(
    tls_ehr: TlsEhr, transport: Transport
) -> None:
    with pytest.raises(EhrUnreachable):
        transport.send("POST", tls_ehr.url, body=b"code=secret")

    assert (tls_ehr.connections, tls_ehr.heard) == (1, [])


@pytest.mark.smart(2)
def test_a_certificate_for_another_host_is_refused(tmp_path: Path) -> None:
    other = certificate(tmp_path, "127.0.0.2")
    server = TlsEhr(other)
    transport = Transport(authorities=str(other))
    with pytest.raises(EhrUnreachable):
        transport.send("POST", server.url, body=b"code=secret")
    transport.close()
    server.stop()

    assert server.heard == []


@pytest.mark.smart(2)
def test_a_protocol_older_than_tls_1_2_is_refused(vouched: Path) -> None:
    server = TlsEhr(vouched, newest=ssl.TLSVersion.TLSv1_1)
    transport = Transport(authorities=str(vouched))
    with pytest.raises(EhrUnreachable):
        transport.send("POST", server.url, body=b"code=secret")
    transport.close()
    server.stop()

    assert server.heard == []


def test_an_authority_of_the_hospital_can_be_trusted_and_its_connection_is_kept(
    tls_ehr: TlsEhr, vouched: Path
) -> None:
    transport = Transport(authorities=str(vouched))

    answers = [transport.send("GET", tls_ehr.url) for _ in range(3)]
    transport.close()

    assert [answer.body for answer in answers] == [b"{}"] * 3
    assert tls_ehr.connections == 1


def test_the_time_runs_out_over_tls_too(tls_ehr: TlsEhr, vouched: Path) -> None:
    transport = Transport(Limits(total=0.3), authorities=str(vouched))

    with pytest.raises(EhrTooSlow):
        transport.send("GET", tls_ehr.url + "/slow")
    transport.close()
