"""Commands about API keys: they read DATABASE_URL, and never need a gateway."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from app.cli.command import add_command
from app.cli.shared import fail, user_name
from app.identity.keys import StoredKey, new_key
from app.identity.names import fit_name, is_tenant
from app.identity.principal import DEFAULT_TENANT, PrincipalKind
from app.identity.scopes import AccessScope
from app.settings import Settings

if TYPE_CHECKING:
    from app.storage.database import Database

T = TypeVar("T")

_SPAN = re.compile(r"([1-9][0-9]{0,4})([hdy])")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "y": timedelta(days=365)}
_ALL = " ".join(scope for scope in AccessScope if scope is not AccessScope.ADMIN)
_USUAL = "counterfactuals:read counterfactuals:write predictions feedback"
"""What a clinician's page and a program beside it need."""

keys = typer.Typer(help="Keys of callers: create, list, revoke.", no_args_is_help=True)


def create(
    name: Annotated[
        str, typer.Option(help="Whose key it is: a system's name, or a person's, who signs by it.")
    ],
    scopes: Annotated[
        str, typer.Option(help=f"What it opens, with spaces between: {_ALL}, or admin.")
    ] = _USUAL,
    tenant: Annotated[str, typer.Option(help="Whose patients it sees.")] = DEFAULT_TENANT,
    expires: Annotated[str, typer.Option(help="After how long it ends: 12h, 90d, 2y, or never.")] = "1y",
    person: Annotated[
        bool, typer.Option("--person", help="It is one person's, and signs what they say.")
    ] = False,
) -> None:
    """Create a key. It is shown once: only its hash is kept."""
    from app.usecases.keys import make_key

    key, now = new_key(), datetime.now(UTC)
    stored = StoredKey(
        id=key.id,
        tenant=_tenant(tenant),
        name=_name(name),
        kind=PrincipalKind.PERSON if person else PrincipalKind.SYSTEM,
        digest=key.digest,
        scopes=_scopes(scopes),
        created_at=now,
        expires_at=_end(expires, now),
    )
    _on_record(lambda database: make_key(database, stored, user_name()))
    typer.echo(key.text)
    typer.echo(f"Key {key.id} of {stored.name}. It is not shown again: only its hash is kept.", err=True)
    if not Settings().api_keys:
        typer.echo("Gateways take keys where API_KEYS=true is set.", err=True)


def list_() -> None:
    """List all keys: what they open, until when, and when they were last used."""
    from app.usecases.keys import list_keys

    now = datetime.now(UTC)
    for key in _on_record(list_keys):
        typer.echo("\t".join(_columns(key, now)))


def revoke(key_id: Annotated[str, typer.Argument(metavar="ID", help="As `list` shows it.")]) -> None:
    """End a key for good. Gateways notice within API_KEYS_FRESH_S seconds."""
    from app.usecases.keys import revoke_key

    if not _on_record(lambda database: revoke_key(database, key_id, user_name())):
        fail("There is no key with this id: `turnpoint keys list` shows them.")
    typer.echo("It is revoked.", err=True)


add_command(keys, create)
add_command(keys, list_, name="list")
add_command(keys, revoke)


def _on_record(work: "Callable[[Database], Awaitable[T]]") -> T:
    """Do something with the keys of DATABASE_URL, or say what is in the way."""
    from app.bootstrap import gateway_limits
    from app.storage.database import opened
    from app.storage.keys import KeysError

    settings = Settings()

    async def run() -> T:
        async with opened(settings.database_url, gateway_limits(settings)) as database:
            return await work(database)

    try:
        return asyncio.run(run())
    except KeysError as error:
        fail(str(error))


def _columns(key: StoredKey, now: datetime) -> list[str]:
    if key.revoked_at is not None:
        state = f"revoked {key.revoked_at:%Y-%m-%d}"
    elif key.expires_at is None:
        state = "never expires"
    else:
        state = f"{'expires' if key.is_good(now) else 'expired'} {key.expires_at:%Y-%m-%d}"
    used = f"used {key.last_used_at:%Y-%m-%d %H:%M} UTC" if key.last_used_at else "never used"
    return [key.id, key.name, key.kind, key.tenant, " ".join(sorted(key.scopes)), state, used]


def _name(name: str) -> str:
    fit = fit_name(name)
    if fit is None:
        fail(
            "--name must begin with a letter or digit and have up to 64 characters that can all be seen, "
            "without `(via …)`."
        )
    return fit


def _tenant(tenant: str) -> str:
    if not is_tenant(tenant):
        fail("--tenant must be up to 64 of A-Z, a-z, 0-9, dot, underscore and hyphen.")
    return tenant


def _scopes(text: str) -> frozenset[AccessScope]:
    try:
        scopes = frozenset(AccessScope(word) for word in text.replace(",", " ").split())
    except ValueError:
        fail(f"--scopes may be {_ALL}, and admin, which includes them all.")
    if not scopes:
        fail("--scopes must name one scope at least.")
    return scopes


def _end(text: str, now: datetime) -> datetime | None:
    if text == "never":
        return None
    span = _SPAN.fullmatch(text)
    if span is None:
        fail("--expires must be like 12h, 90d or 2y, or never.")
    try:
        return now + int(span[1]) * _UNITS[span[2]]
    except OverflowError:
        fail("--expires is too far off.")
