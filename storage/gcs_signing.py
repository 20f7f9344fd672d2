"""Who signs the addresses of a bucket's objects."""

from functools import partial

from google.auth.credentials import Credentials, Signing
from google.auth.iam import Signer
from google.auth.transport import Request
from google.oauth2 import service_account


def signing_credentials(
    credentials: Credentials, request: Request, patience_s: float
) -> Signing | None:
    """Credentials that can sign in the name of the account of these, or None: it has no way to.

    A service account signs by its key. One that came without its key, as on Cloud Run and
    Compute Engine, asks the IAM API to sign: the account needs roles/iam.serviceAccountTokenCreator
    on itself. The account of a person cannot sign.

    Source: https://cloud.google.com/storage/docs/access-control/signed-urls

    Args:
      request: How the metadata server and the IAM API are reached.
      patience_s: How long each of their answers is waited for.

    Raises:
      GoogleAuthError: The metadata server does not answer.
    """
    if isinstance(credentials, Signing):
        return credentials
    ask = partial(request, timeout=patience_s)
    if getattr(credentials, "service_account_email", None) == "default":
        # The metadata server tells the name of the account.
        credentials.refresh(ask)  # type: ignore[no-untyped-call]  # typed in part
    account = getattr(credentials, "service_account_email", None)
    if not account:
        return None
    signer = Signer(ask, credentials, account)  # type: ignore[no-untyped-call]  # as above
    # Without an address for tokens: it only ever signs.
    return service_account.Credentials(signer, account, "")  # type: ignore[no-untyped-call]  # as above
