"""Commands about all of a patient's data, and about what is too old to be kept."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from app.cli.command import add_command
from app.cli.shared import fail, user_name
from app.identity.caller import Caller
from app.identity.principal import DEFAULT_TENANT
from app.settings import Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from app.storage.cache import Cache
    from app.storage.database import Database, TenantDatabase

T = TypeVar("T")
PatientId = Annotated[
    str,
    typer.Argument(metavar="ID", help="Under which they are on record; - reads it from standard input."),
]
Tenant = Annotated[str, typer.Option(help="Whose patient it is.")]


def export(
    patient_id: PatientId,
    tenant: Tenant = DEFAULT_TENANT,
    output: Annotated[
        Path | None, typer.Option(help="A file that is not there yet; else standard output.")
    ] = None,
) -> None:
    """Give out all that is recorded of a patient, as JSON."""
    from app.usecases.patient_data.service import export_patient

    wanted = _id(patient_id)

    async def work(database: "Database", _: "Cache") -> str:
        return await export_patient(_own(database, tenant, "turnpoint patient export"), wanted)

    text = _run(work)
    if output is None:
        typer.echo(text)
        return
    try:  # for nobody else's eyes, and over nothing that is there
        with os.fdopen(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text + "\n")
    except OSError as error:
        fail(f"{output} cannot be written: {error.strerror}.")


def erase(
    patient_id: PatientId,
    tenant: Tenant = DEFAULT_TENANT,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take all of a patient away, for good. Prints what stands for them in the audit."""
    from app.usecases.patient_data.service import Erasure, erase_patient
    from app.usecases.patient_data.tombstones import not_looked_for

    if patient_id == "-" and not yes:
        fail("An id from standard input needs --yes: there is nobody to ask.")
    wanted = _id(patient_id)
    if not yes and not typer.confirm("All of this patient's data is taken away for good. Go on?", err=True):
        fail("Nothing was taken away.")
    settings = Settings()

    key = settings.erasure_key_bytes

    async def work(database: "Database", cache: "Cache") -> tuple[Erasure, int]:
        own = _own(database, tenant, "turnpoint patient erase")
        return await erase_patient(own, cache, wanted, key), await not_looked_for(own, key)

    erased, others = _run(work)
    typer.echo(str(erased.pseudonym))
    if key is None:
        typer.echo("ERASURE_KEY is not set: the tombstone knows them by the pseudonym alone.", err=True)
    elif others:
        typer.echo(f"ERASURE_KEY is not the key of {others} older tombstones of this tenant.", err=True)
    if not erased.is_cache_clean:
        typer.echo(
            f"The cache did not answer. What it holds of them is given to nobody, and ends within "
            f"{settings.cache_ttl_s} seconds.",
            err=True,
        )


def tombstones() -> None:
    """Print what is kept of erasures, a line each: to be kept with the backups."""
    from app.usecases.patient_data.daily import each_tenant
    from app.usecases.patient_data.tombstones import tombstones_of

    async def work(database: "Database", _: "Cache") -> list[str]:
        tenants = [own async for own in each_tenant(database, "turnpoint patient tombstones", user_name())]
        return [one.model_dump_json() for own in tenants for one in await tombstones_of(own)]

    for line in _run(work):
        typer.echo(line)


def reapply_erasures(
    file: Annotated[Path, typer.Argument(help="What `turnpoint patient tombstones` printed.")],
) -> None:
    """Erase again who came back with an older backup. Run it before the gateway is let in again."""
    from app.usecases.patient_data.daily import each_tenant
    from app.usecases.patient_data.tombstones import (
        TombstonesError,
        erase_again,
        not_looked_for,
        read_tombstones,
        take_in,
    )

    task = "turnpoint patient reapply-erasures"
    try:
        there = read_tombstones(file.read_text().splitlines())
    except (TombstonesError, UnicodeDecodeError) as error:
        fail(f"{file}: {error if isinstance(error, TombstonesError) else 'This is no text.'}")
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror}.")

    key = Settings().erasure_key_bytes

    async def work(database: "Database", cache: "Cache") -> tuple[int, int]:
        for tenant in sorted({one.tenant for one in there}):
            await take_in(_own(database, tenant, task), there)
        again = missed = 0
        async for own in each_tenant(database, task, user_name()):
            again += await erase_again(own, cache, key)
            missed += await not_looked_for(own, key)
        return again, missed

    again, missed = _run(work)
    typer.echo(f"Tombstones: {len(there)}. Erased again: {again}.")
    if missed:
        why = "is not set" if key is None else "is another than theirs"
        fail(
            f"By their ids {missed} could not be looked for: ERASURE_KEY {why}. Who is on record since "
            "before there were pseudonyms, or is in batch jobs alone, may still be there. Run this again "
            "with the key."
        )


def retain(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how much would go.")] = False,
) -> None:
    """Take away now what is older than the settings RETENTION_… let it be, as a worker does every day."""
    from app.bootstrap import retention_limits
    from app.usecases.patient_data import retention
    from app.usecases.patient_data.daily import each_tenant

    limits = retention_limits(Settings())
    act = retention.would_go if dry_run else retention.retain

    async def work(database: "Database", _: "Cache") -> dict[str, dict[str, int]]:
        every = each_tenant(database, "turnpoint retain", user_name())
        return {own.caller.tenant: await act(own, limits) async for own in every}

    for tenant, counts in _run(work).items():
        told = ", ".join(f"{kind} {count}" for kind, count in counts.items())
        typer.echo(f"{tenant}: {told}")


def _own(database: "Database", tenant: str, task: str) -> "TenantDatabase":
    return database.of(Caller.service(tenant, task, user_name()))


def _id(given: str) -> str:
    """As it was given, or the first line of standard input: a list of processes shows arguments to others."""
    if given != "-":
        return given
    try:
        read = sys.stdin.readline().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        fail("Standard input is no text.")
    return read or fail("Standard input has no id.")


def _run(work: Callable[["Database", "Cache"], Awaitable[T]]) -> T:
    """Do it on the record of the settings; what stands in the way is said in a sentence."""
    from app.domain.errors import NotFoundError
    from app.storage.database import RecordError

    async def on_record() -> T:
        async with _opened() as (database, cache):
            return await work(database, cache)

    try:
        return asyncio.run(on_record())
    except NotFoundError as error:
        fail(str(error))
    except RecordError:
        fail("The database of DATABASE_URL is away.")
    except Exception as error:  # a driver's message may quote values
        if type(error).__module__.startswith("sqlalchemy"):
            fail("The database of DATABASE_URL refuses: are its tables up to date (`turnpoint migrate`)?")
        raise


@asynccontextmanager
async def _opened() -> "AsyncIterator[tuple[Database, Cache]]":
    from app.bootstrap import maintenance_limits, open_cache
    from app.storage.database import opened

    settings = Settings()
    async with (
        opened(settings.database_url, maintenance_limits(settings)) as database,
        open_cache(settings) as cache,
    ):
        yield database, cache


def commands() -> typer.Typer:
    """`turnpoint patient …`."""
    patient = typer.Typer(help="All of a patient's data: give it out, take it away.", no_args_is_help=True)
    for function in (export, erase, tombstones, reapply_erasures):
        add_command(patient, function)
    return patient
