"""Commands for whoever runs a service: API keys, dead letters, webhooks."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from pipeline.telling import AsJson, Url, ending_on_errors, print_json, service_client

DAY_S, HOUR_S = 86_400, 3600

keys_app = typer.Typer(name="keys", help="API keys of the service.", no_args_is_help=True)
dlq_app = typer.Typer(name="dlq", help="Messages that were no jobs.", no_args_is_help=True)
webhooks_app = typer.Typer(name="webhooks", help="What receivers are told.", no_args_is_help=True)
spending_app = typer.Typer(
    name="spending", help="Whether services may be paid.", no_args_is_help=True
)

KeyId = Annotated[str, typer.Argument(metavar="KEY", help="Id of the key.", show_default=False)]


@keys_app.command("list")
def list_keys(url: Url = None, as_json: AsJson = False) -> None:
    """List keys, newest first, also those that no longer work."""
    from pipeline.listing import listed_keys
    from pipeline.showing import KEY_COLUMNS, key_rows, print_table

    with service_client(url, as_json) as client:
        found = listed_keys(client)
    if as_json:
        print_json([key.as_json() for key in found])
    else:
        print_table(KEY_COLUMNS, key_rows(found, datetime.now(UTC)))


@keys_app.command("make")
def make_key(
    name: Annotated[str, typer.Argument(help="What it is for.", show_default=False)],
    scopes: Annotated[
        list[str],
        typer.Option("--scope", help="jobs:read, jobs:write, admin or operator; repeat it."),
    ],
    days: Annotated[
        int | None, typer.Option(min=1, help="How long it works.", show_default="until revoked")
    ] = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and print it: this once, it is not stored."""
    from pipeline.answers import MadeKey

    body = {"name": name, "scopes": scopes, "expires_s": days * DAY_S if days else None}
    with service_client(url, as_json) as client:
        made = client.post(MadeKey, "/v1/keys", body)
    print_json(made.as_json()) if as_json else typer.echo(made.key)


@keys_app.command("open-tenant")
def open_tenant(
    tenant: Annotated[str, typer.Argument(help="Whose key it is.", show_default=False)],
    name: Annotated[str, typer.Option(help="What it is for.")] = "first key",
    scopes: Annotated[
        list[str] | None,
        typer.Option(
            "--scope",
            help="As of `make`; repeat it.",
            show_default="jobs:read, jobs:write and admin",
        ),
    ] = None,
    days: Annotated[
        int | None, typer.Option(min=1, help="How long it works.", show_default="until revoked")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make the first key of a tenant in the database itself, and print it: without a service."""
    from pipeline.open_tenant import SCOPES, open_tenant
    from pipeline.options import Settings

    with ending_on_errors(as_json):
        opened = open_tenant(
            Settings.from_environment(),
            tenant,
            name,
            scopes or SCOPES,
            days * DAY_S if days else None,
        )
    row = opened.key.row
    if as_json:
        told = {"id": row.id, "tenant": tenant, "name": row.name, "scopes": row.scopes}
        print_json({**told, "is_new": opened.is_new, "key": opened.key.secret})
        return
    known = "" if opened.is_new else ", which had keys before"
    typer.echo(f"aiprod: key {row.id} of tenant {tenant}{known}; in {opened.place}", err=True)
    typer.echo(opened.key.secret)


@keys_app.command()
def rotate(
    key: KeyId,
    overlap_hours: Annotated[int, typer.Option(min=0, help="How long the old one works on.")] = 24,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Make a key like this one, and print it; the old one ends after the overlap."""
    from pipeline.answers import MadeKey
    from pipeline.client import checked_id

    body = {"overlap_s": overlap_hours * HOUR_S}
    with service_client(url, as_json) as client:
        path = f"/v1/keys/{checked_id(key, 'key')}/rotate"
        made = client.post(MadeKey, path, body, f"key {key}")
    print_json(made.as_json()) if as_json else typer.echo(made.key)


@keys_app.command()
def revoke(key: KeyId, url: Url = None, as_json: AsJson = False) -> None:
    """End a key: within two seconds nothing accepts it."""
    from pipeline.client import checked_id

    with service_client(url, as_json) as client:
        client.delete(f"/v1/keys/{checked_id(key, 'key')}", f"key {key}")
    if as_json:
        print_json({"id": key, "status": "revoked"})
    else:
        typer.echo(f"{key}: revoked")


@dlq_app.command("list")
def list_dead_letters(
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 20,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """List messages that could not be taken for jobs, the last first."""
    from pipeline.listing import listed_dead_letters
    from pipeline.showing import letter_lines

    with service_client(url, as_json) as client:
        found = listed_dead_letters(client, limit)
    if as_json:
        print_json([letter.as_json() for letter in found])
    elif found:
        typer.echo(letter_lines(found, datetime.now(UTC)))
    else:
        typer.echo("no dead letters")


@dlq_app.command("show")
def show_dead_letter(
    letter: Annotated[str, typer.Argument(help="Id of the letter.", show_default=False)],
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Show a message and why it was given up."""
    from pipeline.answers import DeadLetter
    from pipeline.client import checked_id
    from pipeline.showing import describe_letter

    with service_client(url, as_json) as client:
        path = f"/v1/dead-letters/{checked_id(letter, 'dead letter')}"
        found = client.get(DeadLetter, path, f"dead letter {letter}")
    print_json(found.as_json()) if as_json else typer.echo(describe_letter(found))


@dlq_app.command("replay")
def replay_dead_letters(
    letters: Annotated[list[str], typer.Argument(help="Ids of letters.", show_default=False)],
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Send messages again; one that is still wrong comes back."""
    from pipeline.answers import DeadLetter
    from pipeline.client import checked_id

    found = []
    with service_client(url, as_json) as client:
        for letter in letters:
            path = f"/v1/dead-letters/{checked_id(letter, 'dead letter')}/replay"
            found.append(client.post(DeadLetter, path, what=f"dead letter {letter}"))
            if not as_json:
                typer.echo(f"{letter}: sent again")
    if as_json:
        print_json([one.as_json() for one in found])


@spending_app.command("show")
def show_spending(url: Url = None, as_json: AsJson = False) -> None:
    """Say whether services may be paid, and what was spent today."""
    from pipeline.answers import Spending

    with service_client(url, as_json) as client:
        found = client.get(Spending, "/v1/spending", "spending")
    print_json(found.as_json()) if as_json else typer.echo(found.line)


@spending_app.command("off")
def switch_off(url: Url = None, as_json: AsJson = False) -> None:
    """Stop paying: no worker begins a call that costs something."""
    _switch(False, url, as_json)


@spending_app.command("on")
def switch_on(url: Url = None, as_json: AsJson = False) -> None:
    """Pay again."""
    _switch(True, url, as_json)


def _switch(is_on: bool, url: str | None, as_json: bool) -> None:
    from pipeline.answers import Spending

    with service_client(url, as_json) as client:
        found = client.put(Spending, "/v1/spending", {"is_on": is_on})
    print_json(found.as_json()) if as_json else typer.echo(found.line)


@webhooks_app.command("log")
def log(
    job: Annotated[str, typer.Argument(metavar="JOB", help="Id of the job.", show_default=False)],
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """List the webhooks about a job and what came of them."""
    from pipeline.answers import Deliveries
    from pipeline.client import job_path
    from pipeline.showing import DELIVERY_COLUMNS, delivery_rows, print_table

    with service_client(url, as_json) as client:
        found = client.get(Deliveries, job_path(job, "webhooks"), f"job {job}").deliveries
    if as_json:
        print_json([one.as_json() for one in found])
    elif found:
        print_table(DELIVERY_COLUMNS, delivery_rows(found))
    else:
        typer.echo("no webhooks")


@webhooks_app.command("replay")
def replay_webhook(
    delivery: Annotated[str, typer.Argument(help="Id of the webhook.", show_default=False)],
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Send a webhook again, under the same id."""
    from pipeline.answers import Replayed
    from pipeline.client import checked_id

    with service_client(url, as_json) as client:
        path = f"/v1/webhooks/{checked_id(delivery, 'webhook')}/replay"
        found = client.post(Replayed, path, what=f"webhook {delivery}")
    print_json(found.as_json()) if as_json else typer.echo(f"{found.id}: {found.status}")


@webhooks_app.command("rotate-secret")
def rotate_secret(url: Url = None, as_json: AsJson = False) -> None:
    """Make a secret that signs webhooks, and print it; the one before signs on beside it."""
    from pipeline.answers import NewSecret

    with service_client(url, as_json) as client:
        made = client.post(NewSecret, "/v1/webhook-secret/rotate")
    print_json(made.as_json()) if as_json else typer.echo(made.secret)
