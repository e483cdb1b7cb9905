"""Commands about webhooks: what did not arrive, and trying again."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar
from uuid import UUID

import typer

from app.cli.command import add_command
from app.cli.shared import fail, refuse_strangers, user_name
from app.identity.caller import Caller
from app.identity.principal import DEFAULT_TENANT
from app.settings import Settings

if TYPE_CHECKING:
    from app.storage.database import TenantDatabase

T = TypeVar("T")
Tenant = Annotated[str, typer.Option(help="Whose events they are.")]
webhooks = typer.Typer(help="Webhooks: what did not arrive, and trying again.", no_args_is_help=True)


def list_(tenant: Tenant = DEFAULT_TENANT) -> None:
    """Print what did not arrive, the newest first.

    By line: id, receiver, event, time, attempts, state, last failure.
    """
    from app.usecases.webhooks.deliveries import not_delivered

    for one in _run(tenant, "turnpoint webhooks list", not_delivered):
        state = one.outcome or "waiting"
        told = (one.id, one.receiver, one.event, f"{one.created_at:%Y-%m-%dT%H:%M:%SZ}", one.attempts, state)
        typer.echo("\t".join(str(part) for part in (*told, one.last_failure or "-")))


def retry(
    ids: Annotated[list[UUID] | None, typer.Argument(metavar="[ID]...", help="Of deliveries.")] = None,
    tenant: Tenant = DEFAULT_TENANT,
    all_: Annotated[bool, typer.Option("--all", help="Everything that did not arrive.")] = False,
) -> None:
    """Have a worker try again within a minute. Prints of how many."""
    from app.usecases.webhooks.deliveries import try_again

    if bool(ids) == all_:
        fail("Name ids of deliveries, or --all.")
    wanted = ids or []
    typer.echo(_run(tenant, "turnpoint webhooks retry", lambda own: try_again(own, wanted)))


def _run(tenant: str, task: str, work: "Callable[[TenantDatabase], Awaitable[T]]") -> T:
    from app.bootstrap import maintenance_limits
    from app.storage.database import RecordError, opened

    settings = Settings()
    refuse_strangers(settings)

    async def run() -> T:
        async with opened(settings.database_url, maintenance_limits(settings)) as database:
            return await work(database.of(Caller.service(tenant, task, user_name())))

    try:
        return asyncio.run(run())
    except RecordError:
        fail("The database of DATABASE_URL is away.")


add_command(webhooks, list_, name="list")
add_command(webhooks, retry)
