"""Writes the table of faults: `python -m tests.transforms.fault_page > docs/fault-matrix.md`."""

import sys

from tests.transforms.fault_clients import CLIENTS
from tests.transforms.fault_matrix import ROWS, applying
from tests.transforms.fault_outcomes import Outcome

_ABOUT = """\
# What comes of every fault of every service

Of each client, and of each thing that may go wrong with its service: how an order ends while that
lasts. `make matrix` writes this page. A test asks every client in every row that has an outcome
here, at a strict stand-in of its service on this machine, by the code that buys for a worker. It
looks at the error, at the calls in the ledger, and at what the stand-in has charged, which is never
more than what the ledger counts.

Limits of time are those of the configuration, scaled down. How often somebody is asked, and for how
long is waited: [providers.md](providers.md).

| outcome | error | may succeed later | who acts | in the ledger | |
|---|---|---|---|---|---|"""


def page() -> str:
    """The page, as Markdown."""
    outcomes = dict.fromkeys(cell for _, _, cell in applying())
    notes: dict[str, int] = {}
    rows = []
    for row in ROWS:
        told = [
            cell.label
            if isinstance(cell, Outcome)
            else f"- ({notes.setdefault(cell, len(notes) + 1)})"
            for cell in row.cells.values()
        ]
        rows.append(f"| {row.name} | {' | '.join(told)} |")
    return "\n".join(
        [
            _ABOUT,
            *(outcome.told for outcome in outcomes),
            "",
            f"| fault | {' | '.join(CLIENTS)} |",
            f"|---{'|---' * len(CLIENTS)}|",
            *rows,
            "",
            "What does not apply:",
            "",
            *(f"{number}. {why}." for why, number in notes.items()),
            "",
        ]
    )


def main() -> None:
    sys.stdout.write(page())


if __name__ == "__main__":
    main()
