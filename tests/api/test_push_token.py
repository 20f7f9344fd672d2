import base64
import json
import logging
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, hmac

from api.google_certificates import TIMEOUT_S
from api.push_token import PushVerifier
from tests.api.google import AUDIENCE, EMAIL, Google, Pair, claims, refusal, serving_certificates


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
