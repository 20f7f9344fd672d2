"""Whether a push request comes from our Pub/Sub subscription, by its OpenID Connect token."""

import logging
from typing import Any

from google.auth.exceptions import GoogleAuthError, InvalidValue, TransportError
from google.auth.jwt import decode_header
from google.oauth2.id_token import verify_oauth2_token

from api.google_certificates import Certificates, Fetch
from api.problems import RETRY_AFTER_S, ProblemError

LOG = logging.getLogger(__name__)
CLOCK_SKEW_S = 10  # machines that keep time by NTP differ by much less

# What the library raises on bytes that are not a token of Google's; the last is for claims and
# headers nested deeper than its JSON reader can follow.
_BAD = (GoogleAuthError, ValueError, TypeError, KeyError, RecursionError)


class PushVerifier:
    """Lets a request through when Google signed its token for us and for nobody else.

    Args:
      audience: What the subscription was told to put into `aud`.
      email: The service account that the subscription pushes as.
      request: Fetches an address, as `google.auth.transport.Request` does; None: over HTTPS.
    """

    def __init__(self, audience: str, email: str, request: Fetch | None = None) -> None:
        if not (audience and email):  # an audience that is not given is not checked
            raise ValueError("a push verifier needs an audience and an e-mail address")
        self._audience = audience
        self._email = email
        self._certificates = Certificates(request)

    def verify(self, header: str | None) -> None:
        """Checks the `Authorization` header of a push request.

        Raises:
          ProblemError: 401 without a token for us that is valid now; 403 for one of another
            account; 503 while there is nothing to check it with.
        """
        scheme, _, token = (header or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise _unauthenticated()
        claims = self._claims(token.strip())
        email, is_verified = claims.get("email"), claims.get("email_verified")
        if email != self._email or is_verified is not True:
            LOG.warning("a push came from %r (verified: %r), not from us", email, is_verified)
            detail = "The token is not of the account that this service expects pushes from."
            raise ProblemError(403, "forbidden", detail)

    def _claims(self, token: str) -> dict[str, Any]:
        try:
            key_id = decode_header(token).get("kid")  # type: ignore[no-untyped-call]
            request = self._certificates.holding(key_id if isinstance(key_id, str) else None)
            claims: dict[str, Any] = verify_oauth2_token(  # type: ignore[no-untyped-call]
                token, request, self._audience, CLOCK_SKEW_S
            )
        except TransportError as error:
            LOG.warning("Google's certificates cannot be had: %s", error)
            raise ProblemError(
                503, "certificates_unavailable", "The token cannot be checked now; try again.",
                {"Retry-After": str(RETRY_AFTER_S)},
            ) from error  # fmt: skip
        except _BAD as error:
            # Only these say what is wrong without repeating the token.
            why = repr(str(error)) if isinstance(error, InvalidValue) else type(error).__name__
            LOG.warning("a push was refused: %s", why)
            raise _unauthenticated() from None
        return claims


def _unauthenticated() -> ProblemError:
    detail = "Give a token of Google's for this service: Authorization: Bearer ..."
    return ProblemError(401, "unauthenticated", detail, {"WWW-Authenticate": "Bearer"})
