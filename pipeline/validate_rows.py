"""Rows that are only checked."""

import typer

from jobs.casting import Casting
from jobs.errors import InvalidInput
from pipeline.row_check import complaint, tally_json, tally_of
from pipeline.rows_order import RowsOrder
from pipeline.telling import BAD_INPUT, DONE, complain, print_json, shown


def validate_rows(order: RowsOrder, casting: Casting) -> int:
    """Checks a template with its rows; lists every mistake of every row. Returns the exit code."""
    try:
        jobs = order.jobs(casting)
        tally = tally_of(jobs)
    except InvalidInput as error:
        if order.as_json:
            lines = error.message.splitlines()
            print_json({"valid": False, "mistakes": lines[1:] or lines})
        complain(error)
        return BAD_INPUT
    if order.as_json:
        print_json({"valid": not tally.wrong_rows, **tally_json(tally), "notes": jobs.notes})
    elif not tally.wrong_rows:
        typer.echo(f"{order.template}: valid with each of the {tally.rows:,} rows of {order.rows}")
    for note in jobs.notes:
        typer.echo(f"aiprod: note: {shown(note)}", err=True)
    if tally.wrong_rows:
        complain(InvalidInput(complaint(jobs, tally, "the others are valid")))
    return BAD_INPUT if tally.wrong_rows else DONE
