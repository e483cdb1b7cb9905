"""`turnpoint webhooks`: what did not arrive is listed, and is tried again."""

from uuid import uuid4

import pytest
from typer.testing import CliRunner, Result

from app.cli.main import cli
from app.storage.database import Database
from tests.integration.serving import Servers
from tests.integration.webhooks import Connection, announce, made_older, receivers_at, rows


@pytest.fixture
def tenant() -> str:
    return f"t-{uuid4().hex[:12]}"


def run(servers: Servers, *words: str) -> Result:
    environment = {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url}
    return CliRunner().invoke(cli, ["webhooks", *words], env=environment)


@pytest.fixture
async def given_up(record: Database, database: Connection, tenant: str) -> str:
    """The id of a delivery that is given up."""
    await announce(record, receivers_at("https://nobody.example/secret-path", tenant), tenant)
    made_older(database, tenant, days=4)
    statement = (
        "UPDATE webhook_deliveries SET outcome = 'given_up', ended_at = now(), last_failure = 'too_slow',"
        " attempts = 9 WHERE tenant = %s RETURNING id::text"
    )
    ((identity,),) = database.execute(statement, [tenant]).fetchall()
    return str(identity)


def test_what_did_not_arrive_is_listed_without_its_address(
    servers: Servers, tenant: str, given_up: str
) -> None:
    listed = run(servers, "list", "--tenant", tenant)
    assert listed.exit_code == 0, listed.output
    (line,) = listed.stdout.splitlines()
    identity, _, event, _, *told = line.split("\t")
    assert (identity, event) == (given_up, "augmentation.completed")
    assert told == ["9", "given_up", "too_slow"]
    assert "secret-path" not in listed.output


@pytest.mark.parametrize("by_id", [True, False])
def test_it_is_tried_again(
    servers: Servers, database: Connection, tenant: str, given_up: str, by_id: bool
) -> None:
    words = [given_up] if by_id else ["--all"]
    assert run(servers, "retry", *words, "--tenant", f"{tenant}-other").stdout == "0\n"
    assert rows(database, tenant) == [(9, "given_up", "too_slow")]
    assert run(servers, "retry", *words, "--tenant", tenant).stdout == "1\n"
    assert rows(database, tenant) == [(9, None, "too_slow")]


@pytest.mark.parametrize("words", [[], [str(uuid4()), "--all"], ["not-an-id"]])
def test_what_is_meant_must_be_said(servers: Servers, words: list[str]) -> None:
    assert run(servers, "retry", *words).exit_code != 0
