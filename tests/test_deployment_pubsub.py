"""The commands of docs/deployment-pubsub.md: that gcloud knows them, and what they set up."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from pipeline.topics import ACK_DEADLINE_S, Names
from tests.deployments.gcloud import flags_of, options, read_grammar

PAGE = (Path(__file__).parents[1] / "docs" / "deployment-pubsub.md").read_text(encoding="utf-8")
AGENT, API, WORKER = "$AGENT", "$API", "$WORKER"


def commands() -> list[list[str]]:
    """Each gcloud command of the page, as words; `$(...)` is looked into."""
    blocks = re.findall(r"```bash\n(.+?)```", PAGE, re.S)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    found = [re.fullmatch(r"(?:\w+=\$\()?gcloud (.+?)\)?", line) for line in lines]
    return [shlex.split(match[1]) for match in found if match]


def created(kind: str, name: str) -> dict[str, str]:
    (found,) = (one for one in commands() if one[:4] == ["pubsub", kind, "create", name])
    return options(found)


def grants() -> set[tuple[str, str, str]]:
    """Who may do what with which thing of Pub/Sub."""
    return {
        (one[3], options(one)["--member"], options(one)["--role"].removeprefix("roles/"))
        for one in commands()
        if one[0] == "pubsub" and one[2] == "add-iam-policy-binding"
    }


@pytest.fixture(scope="module")
def grammar() -> dict[str, Any]:
    return read_grammar()


@pytest.mark.parametrize("command", commands(), ids=lambda words: " ".join(words[:4]))
def test_gcloud_knows_the_command_and_its_flags(
    grammar: dict[str, Any], command: list[str]
) -> None:
    flags = flags_of(grammar, command)

    for name, value in options(command).items():
        assert name in flags, f"{name} of {command}"
        kind = flags[name]
        assert value, f"{name} of {command} has no value"
        assert not isinstance(kind, list) or value in kind


def test_pushes_come_with_tokens_of_an_account_for_pushing_and_for_us() -> None:
    push = created("subscriptions", "aiprod-jobs-sub")

    assert push["--push-endpoint"] == "$URL/process-job"
    assert push["--push-auth-service-account"] == "$PUSHER"
    assert push["--push-auth-token-audience"] == "$AUDIENCE"
    assert "AIPROD_PUSH_AUDIENCE=$AUDIENCE,AIPROD_PUSH_EMAIL=$PUSHER" in PAGE
    roles = {
        options(one)["--role"] for one in commands() if "serviceAccount:$PUSHER" in " ".join(one)
    }
    assert roles == {"roles/run.invoker"}


def test_pushes_that_fail_are_moved_to_a_topic_that_keeps_them() -> None:
    push = created("subscriptions", "aiprod-jobs-sub")
    kept = created("subscriptions", "aiprod-jobs-dlq-sub")

    assert push["--dead-letter-topic"] == kept["--topic"] == "aiprod-jobs-dlq"
    assert 5 <= int(push["--max-delivery-attempts"]) <= 100
    assert 10 <= int(push["--ack-deadline"]) <= 600
    assert (kept["--message-retention-duration"], kept["--expiration-period"]) == ("31d", "never")
    assert {
        ("aiprod-jobs-dlq", AGENT, "pubsub.publisher"),
        ("aiprod-jobs-sub", AGENT, "pubsub.subscriber"),
    } <= grants()


def test_dataflow_pulls_from_a_subscription_of_its_own() -> None:
    pull = created("subscriptions", "aiprod-jobs-pull")

    assert pull.keys() == {"--project", "--topic", "--ack-deadline", "--expiration-period"}
    assert pull["--ack-deadline"] == str(ACK_DEADLINE_S)
    assert ("aiprod-jobs-pull", WORKER, "pubsub.subscriber") in grants()
    assert not [one for one in grants() if one[0] == "aiprod-jobs-sub" and one[1] != AGENT]


def test_the_api_publishes_to_both_topics() -> None:
    assert {
        (topic, API, "pubsub.publisher") for topic in ("aiprod-jobs", "aiprod-jobs-dlq")
    } <= grants()


def test_every_account_is_made_once_and_used() -> None:
    made = {one[3] for one in commands() if one[:3] == ["iam", "service-accounts", "create"]}
    named = dict(re.findall(r"^(\w+)=(?:serviceAccount:)?(aiprod-\w+)@", PAGE, re.M))

    assert set(named.values()) == made
    assert [name for name in named if PAGE.count(f"${name}") < 2] == []


def test_names_are_those_that_the_code_uses() -> None:
    names = Names("p")
    made = {
        f"projects/p/{one[1]}/{one[3]}"
        for one in commands()
        if one[0] == "pubsub" and one[2] == "create"
    }

    assert made == {
        names.jobs,
        names.dead_letters,
        names.jobs_pull,
        names.dead_letters_pull,
        "projects/p/subscriptions/aiprod-jobs-sub",
    }
