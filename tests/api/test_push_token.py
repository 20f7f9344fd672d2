import base64
import contextlib
import itertools
import json
import logging
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
from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from google.auth import crypt, jwt
from google.auth.exceptions import TransportError

from api.google_certificates import (
    KEPT_S,
    MOST_BYTES,
    PAUSE_S,
    TIMEOUT_S,
    USABLE_S,
    Certificates,
)
from api.problems import ProblemError
from api.push_token import PushVerifier
from jobs.daemon import daemon
from tests.fakes.local_hosts import Answer as Told
from tests.fakes.local_hosts import dripping, host, response, silence

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


@pytest.fixture(scope="module")
def pair() -> Pair:
    return Pair.make("first")


@pytest.fixture(scope="module")
def other_pair() -> Pair:
    return Pair.make("second")


@pytest.fixture
def google(pair: Pair) -> Iterator[Google]:
    with serving_certificates() as found:
        found.served = {pair.id: pair.certificate}
        yield found


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


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def unsigned(token: str, algorithm: str) -> str:
    """The same claims under another algorithm, without a signature."""
    header = part({"alg": algorithm, "typ": "JWT", "kid": "first"})
    return f"{header}.{token.split('.')[1]}."


@pytest.mark.parametrize("issuer", ["accounts.google.com", "https://accounts.google.com"])
def test_a_token_of_our_account_for_us_is_let_through(
    google: Google, pair: Pair, issuer: str
) -> None:
    verifier = PushVerifier(AUDIENCE, EMAIL, google.fetch)

    verifier.verify(f"Bearer {pair.sign(claims(iss=issuer))}")
    verifier.verify(f"bearer {pair.sign(claims())}")

    assert google.asked == 1
    assert google.timeouts == [TIMEOUT_S]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        pytest.param({"exp": int(time.time()) - 60}, 401, id="expired"),
        pytest.param({"iat": int(time.time()) + 10**5}, 401, id="not yet valid"),
        pytest.param({"exp": None}, 401, id="without an end"),
        pytest.param({"iat": None}, 401, id="without a beginning"),
        pytest.param({"exp": "tomorrow"}, 401, id="an end that is no time"),
        pytest.param({"aud": "https://other.example/"}, 401, id="for another service"),
        pytest.param({"aud": AUDIENCE + "/"}, 401, id="for almost this service"),
        pytest.param({"aud": [AUDIENCE]}, 401, id="for a list of services"),
        pytest.param({"aud": None}, 401, id="for anybody"),
        pytest.param({"iss": "https://accounts.google.com.evil.example"}, 401, id="by another"),
        pytest.param({"iss": None}, 401, id="by nobody"),
        pytest.param({"email": "push@other.iam.gserviceaccount.com"}, 403, id="another account"),
        pytest.param({"email": EMAIL.upper()}, 403, id="capital letters"),
        pytest.param({"email": None}, 403, id="no account"),
        pytest.param({"email_verified": False}, 403, id="an address nobody verified"),
        pytest.param({"email_verified": "true"}, 403, id="verified in words"),
        pytest.param({"email_verified": None}, 403, id="nothing about verification"),
    ],
)
def test_a_signed_token_with_a_wrong_claim_is_refused(
    google: Google, pair: Pair, changes: dict[str, Any], status: int
) -> None:
    verifier = PushVerifier(AUDIENCE, EMAIL, google.fetch)

    problem = refusal(verifier, f"Bearer {pair.sign(claims(**changes))}")

    assert problem.status == status
    assert problem.headers == ({"WWW-Authenticate": "Bearer"} if status == 401 else {})


def test_clocks_may_differ_by_seconds(google: Google, pair: Pair) -> None:
    verifier = PushVerifier(AUDIENCE, EMAIL, google.fetch)
    now = int(time.time())

    verifier.verify(f"Bearer {pair.sign(claims(iat=now + 9))}")

    assert refusal(verifier, f"Bearer {pair.sign(claims(exp=now - 11))}").status == 401


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(None, id="no header"),
        pytest.param("", id="empty"),
        pytest.param("Bearer", id="no token"),
        pytest.param("Bearer ", id="empty token"),
        pytest.param("Basic abc", id="another scheme"),
        pytest.param("Bearer abc", id="one part"),
        pytest.param("Bearer a.b.c", id="three parts of nothing"),
        pytest.param("Bearer ..", id="three empty parts"),
        pytest.param("Bearer \xff.\xff.\xff", id="not ASCII"),
        pytest.param(f"Bearer {part([])}.{part([])}.x", id="lists"),
        pytest.param(f"Bearer {part({'alg': ['RS256']})}.{part({})}.x", id="algorithm in a list"),
        pytest.param(f"Bearer {part({'kid': ['a']})}.{part({})}.x", id="key id in a list"),
        pytest.param(
            f"Bearer {base64.urlsafe_b64encode(b'[' * 40_000).decode()}.e30.e30", id="nested deep"
        ),
    ],
)
def test_what_is_no_token_is_refused(google: Google, header: str | None) -> None:
    assert refusal(PushVerifier(AUDIENCE, EMAIL, google.fetch), header).status == 401


def test_a_token_that_was_changed_is_refused(google: Google, pair: Pair) -> None:
    verifier = PushVerifier(AUDIENCE, EMAIL, google.fetch)
    header, payload, signature = pair.sign(claims(email="evil@example.com")).split(".")
    forged = [
        f"{header}.{part(claims())}.{signature}",
        f"{header}.{payload}.{signature[:-20]}",
        f"{header}.{payload}",
        f"{header}.{payload}.",
        f"{header}.{payload}.{signature}.{signature}",
    ]

    assert [refusal(verifier, f"Bearer {token}").status for token in forged] == 5 * [401]


def test_a_token_signed_with_another_key_is_refused(
    google: Google, pair: Pair, other_pair: Pair
) -> None:
    verifier = PushVerifier(AUDIENCE, EMAIL, google.fetch)
    named_like_ours = Pair(pair.id, other_pair.private, other_pair.certificate)

    for forger in (other_pair, named_like_ours):
        assert refusal(verifier, f"Bearer {forger.sign(claims())}").status == 401


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "", "HS256", "ES256", "RS512"])
def test_a_token_without_our_kind_of_signature_is_refused(
    google: Google, pair: Pair, algorithm: str
) -> None:
    verifier = PushVerifier(AUDIENCE, EMAIL, google.fetch)

    token = unsigned(pair.sign(claims()), algorithm)

    assert refusal(verifier, f"Bearer {token}").status == 401


def test_the_public_certificate_is_no_shared_secret(google: Google, pair: Pair) -> None:
    verifier = PushVerifier(AUDIENCE, EMAIL, google.fetch)
    signed = f"{part({'alg': 'HS256', 'typ': 'JWT', 'kid': pair.id})}.{part(claims())}"
    mac = hmac.HMAC(pair.certificate.encode(), hashes.SHA256())
    mac.update(signed.encode())
    signature = base64.urlsafe_b64encode(mac.finalize()).rstrip(b"=").decode()

    assert refusal(verifier, f"Bearer {signed}.{signature}").status == 401


def test_a_refusal_tells_no_token(
    google: Google, pair: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    verifier = PushVerifier(AUDIENCE, EMAIL, google.fetch)
    token = pair.sign(claims(aud="https://other.example/"))

    with caplog.at_level(logging.INFO):
        problems = [
            refusal(verifier, f"Bearer {one}") for one in (token, token + ".x", "x" + token)
        ]

    told = caplog.text + "".join(problem.detail for problem in problems)
    assert "https://other.example/" in caplog.text  # whoever set it up wrongly finds out
    assert not [piece for piece in token.split(".") if piece in told]


@pytest.mark.parametrize(("audience", "email"), [("", EMAIL), (AUDIENCE, "")])
def test_a_verifier_that_would_let_others_through_cannot_be_made(audience: str, email: str) -> None:
    with pytest.raises(ValueError, match="needs an audience and an e-mail address"):
        PushVerifier(audience, email)


@pytest.mark.parametrize(
    ("status", "served"),
    [
        pytest.param(500, b"{}", id="server error"),
        pytest.param(200, b"<html>", id="not JSON"),
        pytest.param(200, b"[]", id="a list"),
        pytest.param(200, b"{}", id="none"),
    ],
)
def test_nothing_is_let_through_while_there_are_no_certificates(
    google: Google, pair: Pair, status: int, served: bytes
) -> None:
    google.status, google.served = status, served
    verifier = PushVerifier(AUDIENCE, EMAIL, google.fetch)

    problem = refusal(verifier, f"Bearer {pair.sign(claims())}")

    assert (problem.status, problem.code) == (503, "certificates_unavailable")
    assert int(problem.headers["Retry-After"]) >= 1


def test_nothing_is_let_through_while_google_does_not_answer(pair: Pair) -> None:
    with serving_certificates() as gone:
        pass

    problem = refusal(PushVerifier(AUDIENCE, EMAIL, gone.fetch), f"Bearer {pair.sign(claims())}")

    assert problem.status == 503


START = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    "told",
    [
        pytest.param(silence, id="nothing"),
        pytest.param(dripping([START, *itertools.repeat(b"x", 800)]), id="a head byte by byte"),
        pytest.param(
            dripping([START + b"\r\n{", *itertools.repeat(b" ", 800)]), id="a body byte by byte"
        ),
    ],
)
def test_who_sends_certificates_slowly_is_left_in_time(told: Told) -> None:
    with host(told) as google:
        begun = time.monotonic()
        with pytest.raises(TransportError):
            Certificates().holding("first")(f"http://127.0.0.1:{google.port}/")
        took_s = time.monotonic() - begun

    assert TIMEOUT_S <= took_s < TIMEOUT_S + 2  # a shared machine may stumble


@pytest.mark.parametrize(
    "told",
    [
        pytest.param(
            dripping([START + b"\r\n{", *itertools.repeat(bytes(2**16), 8000)], 0.0001),
            id="without an end",
        ),
        pytest.param(response(b"{" + b" " * MOST_BYTES + b"}"), id="by a byte or two"),
    ],
)
def test_certificates_that_are_too_large_are_not_taken(
    told: Told | bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with host(told) as google, pytest.raises(TransportError):
        Certificates().holding("first")(f"http://127.0.0.1:{google.port}/")

    assert f"more than {MOST_BYTES:,} bytes" in caplog.text


def test_certificates_are_fetched_over_a_connection_of_their_own(pair: Pair) -> None:
    served = json.dumps({pair.id: pair.certificate}).encode()

    with host(response(served)) as google:
        found = Certificates().holding(pair.id)(f"http://127.0.0.1:{google.port}/certs?a=b")

    assert json.loads(found.data) == {pair.id: pair.certificate}
    assert google.requests[0].startswith(b"GET /certs?a=b HTTP/1.1\r\n")


def test_a_key_that_google_has_added_is_fetched(
    google: Google, pair: Pair, other_pair: Pair
) -> None:
    now_s = [0.0]
    certificates = Certificates(google.fetch, lambda: now_s[0])
    first = certificates.holding(pair.id)(GOOGLE, method="GET")
    google.served = {one.id: one.certificate for one in (pair, other_pair)}

    now_s[0] += PAUSE_S
    second = certificates.holding(other_pair.id)(GOOGLE, method="GET")

    assert (list(json.loads(first.data)), list(json.loads(second.data))) == (
        [pair.id], [pair.id, other_pair.id],
    )  # fmt: skip
    assert google.asked == 2


def test_keys_that_nobody_has_do_not_make_us_ask_for_each(google: Google) -> None:
    now_s = [0.0]
    certificates = Certificates(google.fetch, lambda: now_s[0])

    for number in range(100):
        now_s[0] += PAUSE_S / 50
        certificates.holding(f"key {number}")(GOOGLE)

    assert google.asked == 2


def test_certificates_are_fetched_again_after_an_hour(google: Google, pair: Pair) -> None:
    now_s = [0.0]
    certificates = Certificates(google.fetch, lambda: now_s[0])
    asked = []

    for now_s[0] in (0.0, KEPT_S - 1, KEPT_S, 2 * KEPT_S):
        certificates.holding(pair.id)(GOOGLE)
        asked.append(google.asked)

    assert asked == [1, 1, 2, 3]


def test_old_certificates_are_used_for_a_day_while_google_does_not_answer(
    google: Google, pair: Pair
) -> None:
    now_s = [0.0]
    certificates = Certificates(google.fetch, lambda: now_s[0])
    certificates.holding(pair.id)(GOOGLE)
    google.status = 503

    now_s[0] = USABLE_S - 1
    kept = certificates.holding(pair.id)(GOOGLE)
    now_s[0] = USABLE_S
    with pytest.raises(TransportError):
        certificates.holding(pair.id)(GOOGLE)
    google.status = 200
    now_s[0] += PAUSE_S
    fresh = certificates.holding(pair.id)(GOOGLE)

    assert json.loads(kept.data) == json.loads(fresh.data) == {pair.id: pair.certificate}


def test_a_google_that_does_not_answer_is_not_asked_for_every_push(google: Google) -> None:
    google.status = 503
    now_s = [0.0]
    certificates = Certificates(google.fetch, lambda: now_s[0])

    for _ in range(10):
        with pytest.raises(TransportError):
            certificates.holding("first")(GOOGLE)

    assert google.asked == 1


def test_who_waited_for_a_fetch_that_failed_does_not_repeat_it() -> None:
    now_s, begun, release = [0.0], threading.Event(), threading.Event()
    asked: list[float] = []

    def fetch(_url: str, **_options: Any) -> Answer:
        asked.append(now_s[0])
        begun.set()
        assert release.wait(30)
        now_s[0] += PAUSE_S  # it takes longer than the pause between two
        raise TransportError("no answer")

    certificates = Certificates(fetch, lambda: now_s[0])
    calls = [daemon(lambda: certificates.holding("first")(GOOGLE), "push") for _ in range(8)]
    assert begun.wait(30)
    release.set()
    for call in calls:
        with pytest.raises(TransportError):
            call.result(30)

    assert asked == [0.0]


def test_who_has_the_certificate_does_not_wait_for_another_one(google: Google, pair: Pair) -> None:
    now_s, begun, release = [0.0], threading.Event(), threading.Event()

    def fetch(url: str, **options: Any) -> Answer:
        if google.asked:
            begun.set()
            assert release.wait(30)
        return google.fetch(url, method="GET", timeout=options["timeout"])

    certificates = Certificates(fetch, lambda: now_s[0])
    certificates.holding(pair.id)(GOOGLE)
    now_s[0] += PAUSE_S
    call = daemon(lambda: certificates.holding("another")(GOOGLE), "push")
    assert begun.wait(30)
    found = certificates.holding(pair.id)(GOOGLE)
    release.set()

    assert list(json.loads(found.data)) == [pair.id]
    assert call.result(30)
