import socket
from contextlib import closing
from select import select

import pytest

from jobs.errors import InvalidInput, QueueUnavailable
from pipeline.topics import Names
from tests.pubsub import Post

pytest_plugins = ["tests.pubsub_fixtures"]


@pytest.fixture
def nobody() -> Post:
    """A port where nobody listens."""
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    return Post(f"127.0.0.1:{port}", Names())


@pytest.mark.emulator
def test_when_it_returns_every_message_is_with_the_server(post: Post) -> None:
    payloads = [f"message {number}".encode() for number in range(250)]

    with closing(post.publisher()) as publisher:
        publisher.publish(payloads)

    pulled = post.pulled(post.names.jobs_pull, 250)
    assert sorted(pulled) == sorted(payloads)


def test_nothing_to_publish_is_no_call() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        post = Post("127.0.0.1:{1}".format(*server.getsockname()), Names())
        with closing(post.publisher()) as publisher:
            publisher.publish([])
        called, _, _ = select([server], [], [], 0)

    assert called == []


@pytest.mark.emulator
def test_only_a_topic_that_is_there_passes_the_check(post: Post) -> None:
    with (
        closing(post.publisher()) as publisher,
        closing(post.publisher("projects/aiprod-local/topics/none")) as lost,
    ):
        publisher.check()
        with pytest.raises(QueueUnavailable, match="topics/none cannot be reached: 404"):
            lost.check()


@pytest.mark.emulator
def test_a_topic_that_is_not_there_takes_nothing(post: Post) -> None:
    with (
        closing(post.publisher("projects/aiprod-local/topics/none")) as publisher,
        pytest.raises(QueueUnavailable, match="topics/none takes no message: 404"),
    ):
        publisher.publish([b"ring"])


def test_a_server_that_does_not_answer_is_given_up_within_the_deadline(nobody: Post) -> None:
    with closing(nobody.publisher()) as publisher:
        with pytest.raises(QueueUnavailable, match="cannot be reached"):
            publisher.check()
        with pytest.raises(QueueUnavailable, match=r"takes no message|has not acknowledged"):
            publisher.publish([b"ring"])


def test_a_short_name_of_a_topic_is_refused(nobody: Post) -> None:
    with pytest.raises(InvalidInput, match="PUBSUB_TOPIC_NAME is 'aiprod-jobs'; give projects/"):
        nobody.publisher("aiprod-jobs")


def test_without_credentials_it_is_said_at_the_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: str
) -> None:
    from api.publisher import PubSubPublisher

    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", f"{tmp_path}/none.json")
    monkeypatch.delenv("PUBSUB_EMULATOR_HOST", raising=False)

    with pytest.raises(InvalidInput, match="no credentials to publish to projects/p/topics/t"):
        PubSubPublisher("projects/p/topics/t")
