"""Google, as far as it signs tokens of pushes and serves certificates, for tests."""

import contextlib
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from google.auth import crypt, jwt
from google.auth.exceptions import TransportError

from api.problems import ProblemError
from api.push_token import PushVerifier

AUDIENCE, EMAIL = "https://aiprod.example/process-job", "push@project.iam.gserviceaccount.com"
GOOGLE = "https://www.googleapis.com/oauth2/v1/certs"


@dataclass(frozen=True)
class Pair:
    """A key that signs, and the certificate that checks."""

    id: str
    private: bytes
    certificate: str

    @classmethod
    def make(cls, key_id: str) -> "Pair":
        key = rsa.generate_private_key(65537, 2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "signer.example")])
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .sign(key, hashes.SHA256())
        )
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
        pem = certificate.public_bytes(serialization.Encoding.PEM).decode()
        return cls(key_id, private, pem)

    def sign(self, claims: Mapping[str, Any]) -> str:
        signer = crypt.RSASigner.from_string(self.private, self.id)
        token: bytes = jwt.encode(signer, claims)
        return token.decode()


@dataclass
class Google:
    """A server of certificates.

    Attributes:
      served: Certificates by key id, or the bytes to answer with.
      asked: How often it was asked.
      timeouts: What it was given as time-outs, in seconds.
    """

    address: str
    served: dict[str, str] | bytes
    status: int = 200
    asked: int = 0
    timeouts: list[float] = field(default_factory=list)

    def fetch(self, url: str, method: str = "GET", timeout: float = 0.0) -> "Answer":
        assert (url, method) == (GOOGLE, "GET")
        self.timeouts.append(timeout)
        try:
            with urllib.request.urlopen(self.address, timeout=30) as response:  # noqa: S310 - ours
                return Answer(response.status, response.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.read())
        except OSError as error:
            raise TransportError(error) from error


@dataclass(frozen=True)
class Answer:
    status: int
    data: bytes


@contextlib.contextmanager
def serving_certificates() -> Iterator[Google]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked += 1
            given = found.served
            body = given if isinstance(given, bytes) else json.dumps(given).encode()
            self.send_response(found.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_given: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found = Google(f"http://127.0.0.1:{server.server_port}/", {})
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield found
        server.shutdown()
        thread.join(30)


def claims(**changes: Any) -> dict[str, Any]:
    """What Google puts into a token of a push; None leaves a claim out."""
    now = int(time.time())
    given = {
        "aud": AUDIENCE,
        "azp": "113774264463038321964",
        "email": EMAIL,
        "email_verified": True,
        "exp": now + 3600,
        "iat": now,
        "iss": "https://accounts.google.com",
        "sub": "113774264463038321964",
        **changes,
    }
    return {name: value for name, value in given.items() if value is not None}


def refusal(verifier: PushVerifier, header: str | None) -> ProblemError:
    with pytest.raises(ProblemError) as caught:
        verifier.verify(header)
    return caught.value
