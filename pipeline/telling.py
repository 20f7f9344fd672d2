"""How commands end: what they print for people and machines, and their exit codes."""

import json
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jobs.errors import AiprodError, InvalidInput

if TYPE_CHECKING:
    from pipeline.client import Client

DONE, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130

Url = Annotated[
    str | None,
    typer.Option(help="Address of the service.", show_default="AIPROD_URL, else this machine"),
]
AsJson = Annotated[bool, typer.Option("--json", help="JSON on standard output.")]

Rows = Annotated[
    Path | None,
    typer.Option(help="The job file is a template: a job of each row of this CSV or JSONL file."),
]
SkipWrongRows = Annotated[
    bool, typer.Option("--skip-wrong-rows", help="Leave out rows that make no valid job.")
]


def indented(text: str) -> str:
    """A text in a list: its lines after the first stand under it."""
    return text.replace("\n", "\n      ")


def check_rows_given(rows: Path | None, skips_wrong: bool) -> None:
    """Raises `InvalidInput` when wrong rows are to be left out, and there are no rows."""
    if skips_wrong and rows is None:
        raise InvalidInput("--skip-wrong-rows goes with --rows, and there are no rows")


@contextmanager
def service_client(
    url: str | None, as_json: bool, say: Callable[[str], None] | None = None
) -> Iterator["Client"]:
    """The service that option, environment and data folder name; errors end the command."""
    from pipeline.access import find_access
    from pipeline.client import open_client
    from pipeline.options import Settings

    with ending_on_errors(as_json):
        settings = Settings.from_environment()
        with open_client(find_access(settings, url), say or _say_aside) as client:
            yield client


@contextmanager
def ending_on_errors(as_json: bool) -> Iterator[None]:
    """Says what went wrong and ends the command with the exit code for it."""
    try:
        yield
    except AiprodError as error:
        if as_json:
            print_json(error_json(error))
        complain(error)
        raise typer.Exit(exit_code(error)) from None
    except KeyboardInterrupt:
        typer.echo("aiprod: interrupted", err=True)
        raise typer.Exit(INTERRUPTED) from None


def exit_code(error: AiprodError) -> int:
    """2 when the user has to change something, 1 when the same may go well later."""
    return BAD_INPUT if isinstance(error, InvalidInput) else FAILED


def error_json(error: AiprodError) -> dict[str, Any]:
    """An error as `--json` prints it, with the problem details of the service, if it sent any."""
    from pipeline.refusals import Refused

    problem = error.problem if isinstance(error, Refused) else {}
    return {"error": error.message, **({"problem": problem} if problem else {})}


def complain(error: AiprodError, about: str = "") -> None:
    """Says on standard error what went wrong; further lines are indented."""
    prefix = f"{about}: " if about else ""
    first, *more = shown(error.message).splitlines()
    typer.echo("\n  ".join([f"aiprod: {prefix}{first}", *more]), err=True)


def tell_job_goes_on(job_id: str, out: Path | None, url: str | None) -> None:
    """Says that a job goes on without this command, and how to come back to it."""
    fetch = f" --out {out}" if out else ""
    option = f" --url {url}" if url else ""
    typer.echo(
        f"aiprod: job {job_id} goes on\n"
        f"  watch it:  aiprod jobs watch {job_id}{fetch}{option}\n"
        f"  cancel it: aiprod jobs cancel {job_id}{option}",
        err=True,
    )


def tell_rendered(result: dict[str, Any], as_json: bool) -> None:
    """Says how a render ended; failures on standard error."""
    lines = []
    problems = result["problems"]
    if result["status"] == "done":
        made, reused = result["made"], result["reused"]
        how = (
            f"{made} parts made, {reused} reused"
            if made
            else f"nothing to make, {reused} parts reused"
        )
        lines.append(f"  done in {result['seconds']:.1f} s: {how}")
        lines += [f"  note: {problem['message']}" for problem in problems]
        lines += [f"  {video}" for video in result["videos"]]
    else:
        lines.append(f"  {result['status']}")
        lines += [
            f"  {problem['stage']}: {problem['message']} [{problem['code']}]"
            for problem in problems
        ]
    typer.echo("\n".join(lines), err=as_json or result["status"] != "done")


def print_json(value: Any) -> None:
    """One line of JSON on standard output."""
    typer.echo(json.dumps(value, ensure_ascii=False))


def shown(text: str) -> str:
    """A text of others as a terminal may have it: control characters are written out."""
    return "".join(
        repr(char)[1:-1] if unicodedata.category(char) == "Cc" and char != "\n" else char
        for char in text
    )


def _say_aside(text: str) -> None:
    typer.echo(f"aiprod: {text}", err=True)
