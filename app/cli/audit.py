"""Commands that check the audit: where its chains end, and whether they hold."""

from typing import Annotated

import typer

from app.cli.command import add_command
from app.cli.shared import fail
from app.settings import Settings

BROKEN = 3
"""The exit code where a chain does not hold."""

_NOTHING = "There is no event to check, or DATABASE_URL is of a role that may not see the events."

Tenant = Annotated[str | None, typer.Option(help="One tenant's chain alone.")]

cli = typer.Typer(help="Check the audit: who did what.", no_args_is_help=True, pretty_exceptions_enable=False)


def head(tenant: Tenant = None) -> None:
    """Print where each chain ends, a line each, to be kept where nobody of the service's can change it."""
    from app.audit.verification import AuditAwayError, audit_at, heads_of

    try:
        with audit_at(Settings().database_url) as connection:
            found = heads_of(connection)
    except AuditAwayError as error:
        fail(str(error))
    if not found:
        fail(_NOTHING)
    for name, end in found.items():
        if tenant in (None, name):
            typer.echo(f"{name} {end}")


def verify(
    tenant: Tenant = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="SEQ:HASH", help="Check what follows this event alone: it is taken as right."),
    ] = None,
    head: Annotated[
        list[str] | None,
        typer.Option(metavar="SEQ:HASH", help="The chain had this head once; may be there several times."),
    ] = None,
) -> None:
    """Work out every hash of the audit anew: exit code 0 if all chains hold, 3 if one does not.

    With --since or --head, and no --tenant, it is the default tenant's chain.
    """
    from app.audit.verification import AuditAwayError, Head, audit_at, tenants_of
    from app.audit.verification import verify as check
    from app.identity.principal import DEFAULT_TENANT

    try:
        start, saved = Head.read(since) if since else None, [Head.read(one) for one in head or ()]
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    if tenant is None and (start or saved):
        tenant = DEFAULT_TENANT
    try:
        with audit_at(Settings().database_url) as connection:
            names = tenants_of(connection) if tenant is None else [tenant]
            findings = [check(connection, name, start, saved) for name in names]
    except AuditAwayError as error:
        fail(str(error))
    if not any(one.head.seq or one.fault for one in findings):
        fail(_NOTHING)
    for one in findings:
        told = f"broken: {one.fault}; it holds up to {one.head}" if one.fault else f"holds up to {one.head}"
        typer.echo(f"{one.tenant}: {one.checked} events checked, {told}")
    if any(one.fault for one in findings):
        raise typer.Exit(BROKEN)


add_command(cli, head)
add_command(cli, verify)
