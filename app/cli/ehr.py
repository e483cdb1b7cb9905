"""Commands about EHR servers: a key for the service, whether they work, and reading their groups."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.command import add_command
from app.cli.shared import fail, refuse_strangers, user_name
from app.identity.ehr_servers import EhrServer, EhrServers, EhrServersError, load_ehr_servers
from app.settings import Settings

if TYPE_CHECKING:
    from app.usecases.ehr.connections import EhrConnections
    from app.usecases.ehr.group_reading import GroupReport

Server = Annotated[str | None, typer.Option("--server", help="The name of one server; else all.")]
ehr = typer.Typer(help="EHR servers: make a key, check them, read their groups.", no_args_is_help=True)


def key(
    path: Annotated[Path, typer.Argument(help="The file to write, which is not there yet.")],
) -> None:
    """Make a key pair by which an EHR knows the service. Prints what to register there (JWKS)."""
    from app.identity.smart_client.client_key import ClientKey

    made = ClientKey.new()
    try:
        made.save(path)
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror}.")
    typer.echo(json.dumps({"keys": [made.public]}, indent=2))
    typer.echo(f"The private key is in {path}, for its owner alone. Register what is printed.", err=True)


def check(server: Server = None) -> None:
    """Try each server, and say in sentences what works and what does not."""
    settings = Settings()
    trusted = _trusted(settings)
    wanted = _wanted(trusted, server)

    async def run() -> bool:
        from app.usecases.ehr.checking import check_server

        is_good = True
        async with _connected(settings, trusted) as connections:
            for one in wanted:
                smart, fhir = connections.smart[one.name], connections.fhir[one.name]
                async for finding in check_server(one, smart, fhir, settings.public_url):
                    is_good = is_good and finding.is_good
                    typer.echo(f"{one.name}: {'ok' if finding.is_good else 'NOT OK'}: {finding.sentence}")
        return is_good

    if not asyncio.run(run()):
        raise typer.Exit(1)


def read(
    server: Server = None,
    group: Annotated[
        str | None, typer.Option("--group", help="The id of one group; else those that the file names.")
    ] = None,
) -> None:
    """Read the patients of groups, and ask about each. Prints how many came to what."""
    from app.classifiers.base import ClassifierError
    from app.classifiers.store import ModelFolderError
    from app.usecases.ehr.nightly import configured_groups

    settings = Settings()
    refuse_strangers(settings)
    trusted = _trusted(settings)
    wanted = [one for one in _wanted(trusted, server) if one.backend is not None]
    groups = [(one, group) for one in wanted] if group else configured_groups(wanted)
    if not groups:
        fail("EHR_SERVERS_FILE names no group to read ([server.backend], groups).")
    if group and len(groups) > 1:
        fail("Several servers may have this group: name one with --server.")
    try:
        reports = asyncio.run(_read(settings, trusted, groups))
    except (ModelFolderError, ClassifierError) as error:
        fail(str(error))
    for report in reports:
        counts = ", ".join(f"{came.value} {count}" for came, count in sorted(report.counts.items()))
        told = f"not read: {report.fault}" if report.fault else counts or "nobody"
        typer.echo(f"{report.server}, group {report.group}: {told}")
    if any(report.fault for report in reports):
        raise typer.Exit(1)


async def _read(
    settings: Settings, trusted: EhrServers, groups: list[tuple[EhrServer, str]]
) -> "list[GroupReport]":
    from app.bootstrap import exemplars_of, open_backends, open_cache, open_group_reading, registry_of
    from app.usecases.ehr.nightly import read_groups

    registry = registry_of(settings)
    async with (
        open_backends(settings, registry, exemplars_of(registry)) as backends,
        open_cache(settings) as cache,
        open_group_reading(settings, registry, backends, cache, trusted) as reading,
    ):
        return await read_groups(reading, backends.database, groups, "turnpoint ehr read", user_name())


def _wanted(trusted: EhrServers, name: str | None) -> list[EhrServer]:
    found = [one for one in trusted.servers if name in (None, one.name)]
    if not found and name is None:
        fail("No EHR is named: set EHR_SERVERS_FILE to a file with a [[server]] (docs/ehr.md has one).")
    if not found:
        fail("EHR_SERVERS_FILE names no such server.")
    return found


def _trusted(settings: Settings) -> EhrServers:
    try:
        return load_ehr_servers(settings.ehr_servers_file)
    except EhrServersError as error:
        fail(f"{error}.")


@asynccontextmanager
async def _connected(settings: Settings, trusted: EhrServers) -> "AsyncIterator[EhrConnections]":
    from app.bootstrap import open_ehr, open_fhir_clients

    async with (
        open_fhir_clients(settings, trusted) as fhir,
        open_ehr(settings, trusted, fhir) as connections,
    ):
        yield connections


add_command(ehr, key)
add_command(ehr, check)
add_command(ehr, read)
