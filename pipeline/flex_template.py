"""`python -m pipeline.flex_template`: the metadata of the Flex Template, from the options."""

import json
import sys
from argparse import Action, ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipeline.batch import BatchOptions
from pipeline.placing import PlaceOptions
from pipeline.streaming import ServiceOptions

PROJECT = "[a-z0-9][a-z0-9.:-]+"
NAME = "[A-Za-z][A-Za-z0-9._~%+-]+"


@dataclass(frozen=True)
class Parameter:
    """What Google's console shows of an option beside its help, and what it lets through.

    Attributes:
      kind: One of Dataflow's ParameterType.
      regex: What a value must match, from its start to its end.
      within: The parameter that must be `true` for this one to be asked for.
    """

    label: str
    kind: str = "TEXT"
    regex: str = ""
    is_optional: bool = True
    within: str = ""


PARAMETERS = {
    "subscription": Parameter(
        "Subscription of jobs", "PUBSUB_SUBSCRIPTION", f"projects/{PROJECT}/subscriptions/{NAME}"
    ),
    "dead_letter_topic": Parameter(
        "Topic of dead letters", "PUBSUB_TOPIC", f"projects/{PROJECT}/topics/{NAME}"
    ),
    "batch": Parameter("Run jobs again", "BOOLEAN", "true|false"),
    "reprocessing": Parameter("Reprocessing to go on with", regex="[A-Za-z0-9-]+", within="batch"),
    "request": Parameter("What to run again", regex=r"\{.+\}", within="batch"),
    "store": Parameter(
        "Bucket of artefacts and videos", "GCS_WRITE_FOLDER", r"gs://[^\n\r]+", is_optional=False
    ),
    "database_url_secret": Parameter(
        "Secret with the url of the ledger",
        regex=f"projects/{PROJECT}/secrets/[A-Za-z0-9_-]+(/versions/[a-z0-9]+)?",
        is_optional=False,
    ),
    "input_buckets": Parameter("Buckets of inputs", regex="[a-z0-9][a-z0-9._, -]+"),
    "tasks_per_worker": Parameter("Tasks per worker", "NUMBER", "[1-9][0-9]{0,2}"),
    "lease_s": Parameter("Lease in seconds", "NUMBER", r"[0-9]+(\.[0-9]+)?"),
    "settings": Parameter("Settings of services and limits", regex=r"[A-Z_]+=[^\n\r]+"),
}
# Of Beam's own options, the one that has to be given: whatever else Dataflow's form has by itself.
IMAGE = {
    "name": "sdk_container_image",
    "label": "Image of the workers",
    "helpText": "The image of this template, whole with tag or digest: launcher and workers are "
    "one image.",
    "isOptional": False,
    "regexes": [f"^{PROJECT}(/[a-z0-9._-]+)+(:[A-Za-z0-9._-]+|@sha256:[0-9a-f]{{64}})$"],
    "paramType": "TEXT",
}


def metadata() -> dict[str, Any]:
    """What `gcloud dataflow flex-template build` takes as `--metadata-file`.

    Raises:
      KeyError: An option has no entry in `PARAMETERS`.
    """
    return {
        "name": "AIPROD",
        "description": "Turns jobs into finished videos: as they come from Pub/Sub, or those of "
        "the past again, as a batch.",
        "streaming": True,  # so that the console offers it; with `batch` the same graph is bounded
        "supportsExactlyOnce": True,
        # It would be right, and pay services twice more often. Without it, `defaultStreamingMode`
        # has no meaning, and Dataflow refuses it.
        "supportsAtLeastOnce": False,
        "parameters": [IMAGE, *(_parameter(action) for action in _options())],
    }


def _options() -> Iterator[Action]:
    for kind in (PlaceOptions, ServiceOptions, BatchOptions):
        parser = ArgumentParser(add_help=False)
        kind._add_argparse_args(parser)  # Beam's name for the hook
        yield from parser._actions


def _parameter(action: Action) -> dict[str, Any]:
    shown = PARAMETERS[action.dest]
    has_default = action.default not in (None, "")
    # What need not be given, and is nothing then, may be given empty: Terraform does so.
    may_be_empty = shown.is_optional and not has_default
    parameter: dict[str, Any] = {
        "name": action.dest,
        "label": shown.label,
        "helpText": action.help,
        "isOptional": shown.is_optional,
        "regexes": [f"^({shown.regex}){'?' if may_be_empty else ''}$"],
        "paramType": shown.kind,
    }
    if has_default:
        parameter["defaultValue"] = str(action.default).lower()
    if shown.within:
        parameter |= {"parentName": shown.within, "parentTriggerValues": ["true"]}
    return parameter


if __name__ == "__main__":
    sys.stdout.write(json.dumps(metadata(), indent=2, ensure_ascii=False) + "\n")
