"""What comes of every fault of every client: the table of docs/fault-matrix.md."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from tests.fakes.service import Fault
from tests.transforms.fault_clients import CLIENTS, PATIENCE_S
from tests.transforms.fault_outcomes import (
    ACCESS,
    COMES,
    FORGOTTEN,
    LATER,
    LOCKED,
    LOST,
    MISWRITTEN,
    NO_MATCH,
    NOT_NOW,
    ODD,
    ODD_OPEN,
    OPEN,
    REFUSED,
    REJECTED,
    UNUSABLE,
    WITHHELD,
    Outcome,
)

Cell = Outcome | str
"""What comes of a fault, or why it does not apply."""


@dataclass(frozen=True)
class Row:
    """A fault, and what comes of it for every client.

    Attributes:
      name: As the page tells it.
      cells: By client.
      fault: By the name of the service; "": of all that have none of their own.
      at: Which request it happens to.
      word: Of the prompt, that makes the fake do it.
      media: What comes instead of what was made.
      says: A pattern of the sentence that is told.
      waits_s: The least and the most that a run waits, in seconds, by the name of the service.
      is_called_back: Whether the service calls back, as badly as it can.
      is_key_wrong: Whether it accepts another key than it is given.
      is_impatient: Whether limits of time are scaled down: the service is slower than they are.
    """

    name: str
    cells: Mapping[str, Cell]
    fault: Mapping[str, Fault] = field(default_factory=dict)
    at: Literal["order", "question", "file"] = "order"
    word: str = ""
    media: str = ""
    says: str = ""
    waits_s: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    is_called_back: bool = False
    is_key_wrong: bool = False
    is_impatient: bool = False


def cells(default: Cell, **others: Cell) -> dict[str, Cell]:
    """A cell for every client: of all, of a group, or of one by its name with `_` for blanks."""
    found = {}
    for name in CLIENTS:
        groups = (name, *(group for group, members in GROUPS.items() if name in members))
        own = [others[_key(one)] for one in groups if _key(one) in others]
        found[name] = own[0] if own else default
    return found


def _key(name: str) -> str:
    return name.lower().replace(",", "").replace(" ", "_")


GROUPS = {
    "gemini": tuple(name for name in CLIENTS if name.startswith("Gemini")),
    "elevenlabs": tuple(name for name in CLIENTS if name.startswith("ElevenLabs")),
    "made_by_google": (
        *(name for name in CLIENTS if name.startswith("Gemini")),
        *("Omni", "Veo", "Lyria", "Lyria 002", "Google speech"),
    ),
    "asked_after": ("Omni", "Veo", "Suno"),
    "heard": (
        *("Gemini speech", "Gemini speech, earlier", "Google speech", "Lyria", "Lyria 002"),
        *("ElevenLabs speech", "ElevenLabs sounds", "ElevenLabs music", "Suno", "Freesound"),
    ),
    "seen": ("Gemini images", "Omni", "Veo"),
}
HTML = "<html><body>Please sign in to this network</body></html>"


def google(status: int, code: str, message: str = "No.") -> Fault:
    error = {"code": status, "status": code, "message": message}
    return Fault(status=status, body=json.dumps({"error": error}))


def elevenlabs(status: int, code: str) -> Fault:
    detail = {"code": code, "status": code, "message": "Sorry."}
    return Fault(status=status, body=json.dumps({"detail": detail}))


def suno(code: int) -> Fault:
    body = json.dumps({"code": code, "msg": "Sorry.", "data": None})
    return Fault(body=body, is_refusal=True)


def googles(fault: Fault) -> dict[str, Fault]:
    """The same of all services of Google."""
    return dict.fromkeys(("gemini", "gemini_media", "google"), fault)


COSTS_NOTHING = "its sounds cost nothing"
MAKES_NOTHING = "it finds sounds, and makes none"
ANSWERED_AT_ONCE = "what it makes comes with the answer to the order"
INSIDE = "what it makes is inside its answer"
UNHEARD = "nothing is heard of what it makes"
UNSEEN = "it makes no picture"
NO_LENGTH = "nobody orders a length of it"
NO_MODEL = "it has no models"
NO_SEARCH = "it makes what it is asked for, and searches nothing"
TWO_SONGS = "one thing comes of an order"
MEDIA_ALONE = "what it sends is media: nothing of it is read as a setting"
NO_CALLBACK = "it calls nobody back"

ROWS = (
    Row(
        "wrong key",
        cells(ACCESS),
        says="answered 40[01]",
        is_key_wrong=True,
    ),
    Row(
        "a plan without it (403)",
        cells(ACCESS),
        {"": Fault(status=403, body=HTML)},
        says="403",
    ),
    Row(
        "no quota, no credit: 429 of Google, 401 of ElevenLabs, code 429 of Suno",
        cells(ACCESS, freesound=COSTS_NOTHING),
        {
            **googles(google(429, "RESOURCE_EXHAUSTED", "Your prepayment credits are depleted.")),
            "elevenlabs": elevenlabs(401, "quota_exceeded"),
            "suno": suno(429),
        },
        says="no credit|quota_exceeded|suno answered 429: Sorry",
    ),
    Row(
        "the prompt is refused",
        cells(
            REFUSED, gemini=WITHHELD, suno=WITHHELD, freesound=MAKES_NOTHING,
            google_speech="it speaks every text",
        ),
        word="forbidden",
        says="refuse|content_policy|withholds|400",
    ),
    Row(
        "made, and withheld",
        cells(
            "it refuses before it makes anything", gemini=WITHHELD, omni=WITHHELD, lyria=WITHHELD,
            veo=REFUSED, lyria_002=REFUSED, suno="its refusals are told of when it makes it",
            freesound=MAKES_NOTHING, google_speech="it speaks every text",
        ),
        word="filtered",
        says="withholds|refused|400",
    ),
    Row(
        "a model or voice that was retired",
        cells(REJECTED, freesound=NO_MODEL),
        {
            **googles(google(404, "NOT_FOUND", "models/x is not found.")),
            "elevenlabs": elevenlabs(404, "model_not_found"),
            "suno": suno(400),
        },
        says="retired|model_not_found|suno answered 400",
    ),
    Row(
        "a request that it does not take (400)",
        cells(REJECTED),
        {"": Fault(status=400, body="{}")},
        says="answered 400",
    ),
    Row(
        "429 without Retry-After",
        cells(LATER),
        {"": Fault(status=429, body=HTML)},
        says="answered 429",
        waits_s={"": (0.0, 7.0), "freesound": (180.0, 187.0)},  # a minute, where it does not say
    ),
    Row(
        "429, Retry-After: 7",
        cells(LATER),
        {"": Fault(status=429, body=HTML, headers={"Retry-After": "7"})},
        waits_s={"": (21.0, 28.0)},
    ),
    Row(
        "429, Retry-After: a day",
        cells(NOT_NOW),
        {"": Fault(status=429, body=HTML, headers={"Retry-After": "86400"})},
        waits_s={"": (0.0, 0.0)},
    ),
    Row(
        "500, as a page",
        cells(LOST, made_by_google=LATER, freesound=LATER),
        {"": Fault(status=500, body=HTML)},
        says="answered 500",
    ),
    Row(
        "nothing comes (limits of minutes, here of 50 ms)",
        cells(LOST, freesound=LATER),
        {"": Fault(hang=True)},
        says="did not answer|had not answered",
        is_impatient=True,
    ),
    Row(
        "the connection breaks before the answer",
        cells(LOST, freesound=LATER),
        {"": Fault(lost=True)},
        says="did not answer",
    ),
    Row(
        "the answer breaks off in its middle",
        cells(LOST, freesound=LATER),
        {"": Fault(cut=True)},
        says="cut its answer short",
    ),
    Row(
        "a byte every 5 s (here every 10 ms, and 60 ms for all)",
        cells(LOST, freesound=LATER),
        {"": Fault(drip_s=0.01)},
        says="had not answered whole|did not answer",
        is_impatient=True,
    ),
    Row(
        "a head that never ends (the same limits)",
        cells(LOST, freesound=LATER),
        {"": Fault(endless_head=True)},
        says="had not answered whole|did not answer",
        is_impatient=True,
    ),
    Row(
        "a body that never ends (the same limits)",
        cells(LOST, freesound=LATER),
        {"": Fault(endless=True)},
        says="had not answered whole|did not answer",
        is_impatient=True,
    ),
    Row(
        "200 with a page",
        cells(UNUSABLE, freesound=ODD),
        {"": Fault(body=HTML)},
    ),
    Row(
        "200 with an error as JSON",
        cells(UNUSABLE, suno=LOST, freesound=ODD),
        {"": Fault(body='{"error": {"code": 500}, "detail": "x"}'), "suno": suno(500)},
    ),
    Row("200 with nothing", cells(UNUSABLE, freesound=ODD), {"": Fault(body="")}),
    Row("200 with `null`", cells(UNUSABLE, freesound=ODD), {"": Fault(body="null")}),
    Row("200 with `[]`", cells(UNUSABLE, freesound=ODD), {"": Fault(body="[]")}),
    Row("200 with `{}`", cells(UNUSABLE, freesound=ODD), {"": Fault(body="{}")}),
    Row(
        "noise instead of media",
        cells(
            UNUSABLE, gemini_script="its plan is read as text: see the last row", freesound=ODD
        ),
        media="noise",
    ),
    Row(
        "silence",
        cells(UNHEARD, heard=UNUSABLE, freesound=ODD),
        media="silence",
        says="silent",
    ),
    Row(
        "a picture or film of one colour alone",
        cells(UNSEEN, seen=UNUSABLE),
        media="nothing to be seen",
        says="one colour",
    ),
    Row(
        "a second instead of what takes ten",
        cells(
            UNUSABLE, gemini_script=UNHEARD, gemini_images="a picture has no length",
            elevenlabs_sounds=NO_LENGTH, freesound=NO_LENGTH,
        ),
        media="a second",
        says=r"1\.0 s of",
    ),
    Row(
        "asked after its work: 500",
        cells(ANSWERED_AT_ONCE, asked_after=OPEN),
        {"": Fault(status=500, body=HTML)},
        at="question",
        says="answered 500",
    ),
    Row(
        "asked after its work: 429, Retry-After: a day",
        cells(ANSWERED_AT_ONCE, asked_after=OPEN),
        {"": Fault(status=429, body=HTML, headers={"Retry-After": "86400"})},
        at="question",
        says="answered 429",
    ),
    Row(
        "asked after its work: key withdrawn",
        cells(ANSWERED_AT_ONCE, asked_after=LOCKED),
        {"": Fault(status=401, body=HTML)},
        at="question",
        says="answered 401",
    ),
    Row(
        "asked after its work: nothing comes",
        cells(ANSWERED_AT_ONCE, asked_after=OPEN),
        {"": Fault(hang=True)},
        at="question",
        is_impatient=True,
    ),
    Row(
        "asked after its work: the answer breaks off",
        cells(ANSWERED_AT_ONCE, asked_after=OPEN),
        {"": Fault(cut=True)},
        at="question",
    ),
    Row(
        "asked after its work: 200 with a page",
        cells(ANSWERED_AT_ONCE, asked_after=ODD_OPEN),
        {"": Fault(body=HTML)},
        at="question",
    ),
    Row(
        "asked after its work: 200 without a status, to the end of patience",
        cells(ANSWERED_AT_ONCE, asked_after=OPEN),
        {"": Fault(body="{}"), "suno": Fault(body='{"code": 200, "data": {}}')},
        at="question",
        says="was not (done|ready) after",
        waits_s={"": (PATIENCE_S, PATIENCE_S + 15.0)},
    ),
    Row(
        "asked after its work: it does not know it",
        cells(ANSWERED_AT_ONCE, asked_after=FORGOTTEN),
        {"": google(404, "NOT_FOUND"), "suno": suno(400)},
        at="question",
    ),
    Row(
        "its work failed",
        cells(ANSWERED_AT_ONCE, asked_after=UNUSABLE),
        word="broken",
    ),
    Row(
        "the file has expired",
        cells(INSIDE, suno=UNUSABLE, omni=UNUSABLE, freesound=LATER),
        {"": Fault(status=404)},
        at="file",
        says="has deleted|cannot be had",
    ),
    Row(
        "the file breaks off",
        cells(INSIDE, suno=OPEN, omni=OPEN, freesound=LATER),
        {"": Fault(cut=True)},
        at="file",
    ),
    Row(
        "the file is a page",
        cells(INSIDE, suno=UNUSABLE, omni=UNUSABLE, freesound=ODD),
        {"": Fault(body=HTML)},
        at="file",
    ),
    Row(
        "one of two songs is a page",
        cells(TWO_SONGS, suno=COMES),
        {"": Fault(path="21.0.mp3", body=HTML)},
        at="file",
    ),
    Row(
        "callbacks that come twice, too early, or from somebody else",
        cells(NO_CALLBACK, suno=COMES),
        waits_s={"": (3.0, 3.0)},  # three pauses, each as short as callbacks can make it
        is_called_back=True,
    ),
    Row(
        "results that are `null`",
        cells(NO_SEARCH, freesound=NO_MATCH),
        {"": Fault(body='{"count": 1, "next": null, "results": [null]}')},
    ),
    Row(
        "no result under an allowed licence",
        cells(NO_SEARCH, freesound=NO_MATCH),
        {"": Fault(body=json.dumps({"next": None, "results": [{
            "id": 1, "name": "x", "username": "y", "duration": 4.0,
            "license": "https://creativecommons.org/licenses/by-nc/4.0/",
            "previews": {"preview-hq-mp3": "https://cdn.freesound.org/x.mp3"},
        }]}))},
        says="under cc0",
    ),
    Row(
        "a plan that sets a budget, also when it is repaired",
        cells(MEDIA_ALONE, gemini_script=MISWRITTEN),
        word="hopeless",
        says="budget_usd",
    ),
)  # fmt: skip


def applying() -> Iterator[tuple[Row, str, Outcome]]:
    """Every cell that has an outcome."""
    for row in ROWS:
        for name, cell in row.cells.items():
            if isinstance(cell, Outcome):
                yield row, name, cell
