"""Logs: a line per record, for people or for Cloud Logging, with nothing secret in it."""

import json
import logging
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TextIO
from urllib.parse import quote, quote_plus

HIDDEN = "***"
SHORTEST_SECRET = 6  # characters; a shorter one would be found inside of ordinary words
_LONGEST_PREFIX = 512  # bounds what a pattern looks at, so that no text takes it long

# What is hidden wherever it stands, and what stays of it.
_PATTERNS = (
    # Headers, in requests and in lists of pairs.
    (
        re.compile(
            r"(?i)\b(authorization|x(?:i|-goog)?-api-key)(['\"]?\s*[:=,]\s*(?:b(?=['\"]))?['\"]?)"
            r"(?:(?:basic|bearer|token)\s+)?[^\s'\",]+"
        ),
        rf"\1\2{HIDDEN}",
    ),
    (re.compile(r"(?i)\b(bearer)\s+[\w.~+/=-]{16,}"), rf"\1 {HIDDEN}"),  # words are shorter
    (re.compile(r"\b(aip|whsec)_[\w+/=-]{4,}"), rf"\1_{HIDDEN}"),
    (re.compile(r"\bAIza[\w-]{30,}"), HIDDEN),  # keys of Google's services
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]+"), HIDDEN),  # JSON web tokens
    # Whole queries: which of their parameters sign a URL differs from one store to the next.
    (re.compile(r"\?[^\s\"'<>=]{1,200}=[^\s\"'<>]*"), f"?{HIDDEN}"),
    # Up to the last @ of the authority: a password may contain one.
    (re.compile(rf"://[^\s/?#]{{1,{_LONGEST_PREFIX}}}@"), f"://{HIDDEN}@"),
)
_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}")
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if code != 10}

_ABOUT: ContextVar[Mapping[str, str]] = ContextVar("about", default=MappingProxyType({}))


@contextmanager
def about(
    *,
    job: str | None = None,
    run: str | None = None,
    stage: str | None = None,
    trace: str | None = None,
) -> Iterator[None]:
    """What is logged inside is about this job, run, stage and trace.

    Inner values are added to outer ones. They hold in this thread or task; do not yield from a
    generator inside, as its caller would be in them, too.

    Args:
      trace: W3C traceparent.
    """
    given = {"job": job, "run": run, "stage": stage, "trace": trace}
    known = {name: value for name, value in given.items() if value is not None}
    token = _ABOUT.set({**_ABOUT.get(), **known})
    try:
        yield
    finally:
        _ABOUT.reset(token)


def trace_ids(traceparent: str) -> tuple[str, str] | None:
    """Ids of the trace and of the span, in hex; None for what is no W3C traceparent.

    https://www.w3.org/TR/trace-context/#traceparent-header, version 00.
    """
    found = _TRACEPARENT.fullmatch(traceparent)
    return (found[1], found[2]) if found else None


def configure(
    level: str,
    as_json: bool,
    *,
    secrets: Sequence[str] = (),
    project: str | None = None,
    stream: TextIO | None = None,
) -> None:
    """Sets up the logging of this process, in place of what was set up before.

    Args:
      as_json: One JSON object per line with the fields Cloud Logging knows; else lines to read.
      secrets: Values that are hidden wherever they appear.
      project: Google Cloud project, to link records with their traces.
      stream: Where to; standard error by default.
    """
    hide = _Hiding(secrets)
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_JsonLines(hide, project) if as_json else _PlainLines(hide))
    logging.basicConfig(level=level, handlers=[handler], force=True)


def hide(secret: str) -> None:
    """Hides a value, too, that this process has learned since its logging was set up."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler.formatter, _Lines):
            handler.formatter.hide(secret)


class _Hiding:
    """Takes secrets out of texts: given values, and what looks like one."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = tuple(secrets)
        spellings = {
            spelling
            for secret in secrets
            if len(secret) >= SHORTEST_SECRET
            for spelling in (
                secret,
                quote(secret, safe=""),
                quote_plus(secret),
                repr(secret)[1:-1],
                json.dumps(secret)[1:-1],
            )
        }
        # Longest first: a secret may be the beginning of another one.
        alternatives = "|".join(map(re.escape, sorted(spellings, key=len, reverse=True)))
        self._known = re.compile(alternatives) if alternatives else None

    def and_also(self, secret: str) -> "_Hiding":
        return self if secret in self._secrets else _Hiding((*self._secrets, secret))

    def __call__(self, text: str) -> str:
        if self._known:
            text = self._known.sub(HIDDEN, text)
        for pattern, rest in _PATTERNS:
            text = pattern.sub(rest, text)
        return text


class _Lines(logging.Formatter):
    """The texts of a record, without secrets."""

    def __init__(self, hide: _Hiding) -> None:
        super().__init__()
        self._hide = hide

    def hide(self, secret: str) -> None:
        self._hide = self._hide.and_also(secret)

    def message(self, record: logging.LogRecord) -> str:
        try:
            text = record.getMessage()
        except Exception:  # left to logging, it would print the arguments, secrets and all
            text = f"{record.msg} (its arguments do not fit)"
        return self._hide(text)

    def trouble(self, record: logging.LogRecord) -> str:
        """Exception and stack as text, or nothing."""
        texts = []
        if record.exc_info and record.exc_info[0]:
            texts.append(self.formatException(record.exc_info))
        if record.stack_info:
            texts.append(record.stack_info)
        return self._hide("\n".join(texts))


class _PlainLines(_Lines):
    """`LEVEL logger: message`. Nothing that is logged can look like a record of its own."""

    def format(self, record: logging.LogRecord) -> str:
        texts = [f"{record.levelname} {record.name}: {self.message(record)}", self.trouble(record)]
        text = "\n".join(filter(None, texts)).translate(_CONTROLS)
        return text.replace("\n", "\n  ")


class _JsonLines(_Lines):
    """https://cloud.google.com/logging/docs/structured-logging#special-payload-fields"""

    def __init__(self, hide: _Hiding, project: str | None) -> None:
        super().__init__(hide)
        self._project = project

    def format(self, record: logging.LogRecord) -> str:
        context = dict(_ABOUT.get())
        fields = {
            "severity": record.levelname,
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "logger": record.name,
            "message": self.message(record),
        }
        ids = trace_ids(context.pop("trace", ""))
        fields.update(context)
        if ids:
            trace_id, span_id = ids
            fields["trace"] = trace_id
            if self._project:
                fields["logging.googleapis.com/trace"] = (
                    f"projects/{self._project}/traces/{trace_id}"
                )
                fields["logging.googleapis.com/spanId"] = span_id
        if trouble := self.trouble(record):
            fields["exception"] = trouble
        return json.dumps(fields)
