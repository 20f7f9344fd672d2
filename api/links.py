"""What can be done with what an answer names: the links of the OpenAPI document."""

from typing import Any

Links = dict[str, Any]

_OF_A_JOB = {
    "job": "get_job",
    "events": "get_job_events",
    "cancel": "cancel_job",
    "retry": "retry_job",
    "approve": "approve_job",
    "manifest": "get_manifest",
    "webhooks": "job_webhooks",
}


def job_links(pointer: str = "/id") -> Links:
    """Of an answer that has the id of a job at a JSON pointer."""
    return {name: _link(target, pointer, "job_id") for name, target in _OF_A_JOB.items()}


def film_link() -> Links:
    """Of an answer that shows a job with its files, of which films come first. A job that made
    variants has no `final.mp4`, but one in a folder of each: the name is in the answer alone."""
    film = _link("get_file", "/id", "job_id")
    film["parameters"]["name"] = "$response.body#/video/files/0/name"
    return {"film": film}


def key_links(pointer: str = "/id") -> Links:
    """Of an answer that has the id of a key."""
    return {
        "revoke": _link("revoke_key", pointer, "key_id"),
        "rotate": _link("rotate_key", pointer, "key_id"),
    }


def delivery_links(pointer: str) -> Links:
    """Of an answer that has the id of a webhook."""
    return {"replay": _link("replay_webhook", pointer, "delivery_id")}


def letter_links(pointer: str = "/id") -> Links:
    """Of an answer that has the id of a dead letter."""
    return {
        "letter": _link("get_dead_letter", pointer, "letter_id"),
        "replay": _link("replay_dead_letter", pointer, "letter_id"),
    }


def page_link(operation: str) -> Links:
    """Of a page, to the one that follows."""
    return {"next": _link(operation, "/next_cursor", "cursor")}


def _link(operation: str, pointer: str, parameter: str) -> Links:
    return {"operationId": operation, "parameters": {parameter: f"$response.body#{pointer}"}}
