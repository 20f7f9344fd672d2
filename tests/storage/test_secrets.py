import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from google.api_core.client_options import ClientOptions
from google.auth.credentials import AnonymousCredentials
from google.cloud.secretmanager import SecretManagerServiceClient

from jobs.errors import InvalidInput, StoreUnavailable
from storage.secrets import reference, resolve

KEPT = {
    "/v1/projects/p/secrets/db/versions/latest:access": "postgresql://newest",
    "/v1/projects/p/secrets/db/versions/3:access": "postgresql://third",
}
STATUS = {"forbidden": 403, "broken": 500}


@pytest.fixture
def client() -> Iterator[SecretManagerServiceClient]:
    """Talks to a stand-in for Secret Manager, on a socket."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            value = KEPT.get(path)
            status = 200 if value else STATUS.get(path.split("/")[5], 404)
            data = base64.b64encode((value or "").encode()).decode()
            answer = {"payload": {"data": data}} if value else {"error": {"message": "no"}}
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, format: str, *arguments: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield SecretManagerServiceClient(
            credentials=AnonymousCredentials(),  # type: ignore[no-untyped-call]  # google-auth
            transport="rest",
            client_options=ClientOptions(  # type: ignore[no-untyped-call]  # google-api-core
                api_endpoint=f"http://127.0.0.1:{server.server_port}"
            ),
        )
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("value", "found"),
    [
        pytest.param("sqlite:////data/aiprod.db", "sqlite:////data/aiprod.db", id="no reference"),
        pytest.param("secret://projects/p/secrets/db", "postgresql://newest", id="latest version"),
        pytest.param(
            "secret://projects/p/secrets/db/versions/3", "postgresql://third", id="named version"
        ),
    ],
)
def test_a_reference_is_read_and_anything_else_is_itself(
    client: SecretManagerServiceClient, value: str, found: str
) -> None:
    assert resolve(value, client) == found


@pytest.mark.parametrize(
    ("secret", "error"),
    [
        pytest.param("none", InvalidInput, id="no such secret"),
        pytest.param("forbidden", InvalidInput, id="not for us"),
        pytest.param("broken", StoreUnavailable, id="does not answer"),
    ],
)
def test_a_secret_that_cannot_be_read_is_named(
    client: SecretManagerServiceClient, secret: str, error: type[Exception]
) -> None:
    with pytest.raises(error, match=f"projects/p/secrets/{secret}"):
        resolve(f"secret://projects/p/secrets/{secret}", client)


def test_a_name_becomes_a_reference() -> None:
    assert reference("projects/p/secrets/db", "--x") == "secret://projects/p/secrets/db"


def test_what_is_no_name_is_refused_without_repeating_it() -> None:
    with pytest.raises(InvalidInput, match="--x is not the name of a secret") as told:
        reference("postgresql://aiprod:hunter2@db/aiprod", "--x")

    assert "hunter2" not in told.value.message
