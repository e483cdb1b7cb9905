"""TLS to PostgreSQL and Redis: what is vouched for is used, what is not stops the start with a sentence.

The embedded servers are built without TLS, so a proxy of the tests speaks it before them.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from typer.testing import CliRunner

from app.cli.main import cli
from app.storage.cache import Cache
from app.storage.database import Database
from app.storage.encryption import UntrustedServerError, check_certificates
from tests.integration.answers import Json, found
from tests.integration.serving import PATIENT_CACHE, PATIENT_DATABASE, Servers, client_of, settings_for
from tests.integration.tls import Certificates, certificates, tls_before, without_tls

PLAIN_DATABASE, PLAIN_CACHE = "postgresql+psycopg://localhost/turnpoint", "redis://localhost:6379/0"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("tls") / "own")


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("tls") / "stranger")


@pytest.fixture(scope="module")
def sockets(servers: Servers) -> tuple[Path, Path]:
    hosts = parse_qs(urlsplit(servers.database_url).query).get("host")
    if hosts is None:
        pytest.skip("TEST_DATABASE_URL names a server that is not reached over a socket")
    return Path(hosts[0]) / ".s.PGSQL.5432", Path(urlsplit(servers.redis_url).path)


@pytest.fixture(params=[False, True], ids=["any client", "known clients"])
def encrypted(
    request: pytest.FixtureRequest, own: Certificates, sockets: tuple[Path, Path]
) -> Iterator[tuple[int, int, bool]]:
    """The ports of both servers behind TLS, and whether they ask for a client's certificate."""
    asks, (postgres, valkey) = bool(request.param), sockets
    with (
        tls_before(postgres, own, True, asks) as database,
        tls_before(valkey, own, False, asks) as cache,
    ):
        yield database, cache, asks


def database_url(port: int, trust: Certificates, host: str = "localhost", client: Any = None) -> str:
    url = f"postgresql+psycopg://turnpoint@{host}:{port}/turnpoint?sslmode=verify-full&sslrootcert={trust.authority}"
    return url + (f"&sslcert={client.client}&sslkey={client.client_key}" if client else "")


def redis_url(port: int, trust: Certificates, host: str = "localhost", client: Any = None) -> str:
    url = f"rediss://{host}:{port}/0?ssl_ca_certs={trust.authority}"
    return url + (f"&ssl_certfile={client.client}&ssl_keyfile={client.client_key}" if client else "")


def test_a_gateway_answers_through_encrypted_connections(
    encrypted: tuple[int, int, bool], own: Certificates, question: Json
) -> None:
    database, cache, asks = encrypted
    client = own if asks else None
    servers = Servers(database_url(database, own, client=client), redis_url(cache, own, client=client))
    check_certificates(servers.database_url, servers.redis_url)
    with client_of(settings_for(servers)) as gateway:
        assert gateway.get("/readyz").json()["database"] is True
        assert gateway.get("/readyz").json()["cache"] is True
        found(gateway, question)
        assert found(gateway, question)["generation"]["cached"] is True


def test_another_authority_or_host_or_no_certificate_is_refused_with_a_sentence(
    encrypted: tuple[int, int, bool], own: Certificates, stranger: Certificates, tmp_path: Path
) -> None:
    database, cache, asks = encrypted
    client = own if asks else None
    said = "cannot be trusted: "
    for trust, host in ((stranger, "localhost"), (own, "127.0.0.1")):
        with pytest.raises(UntrustedServerError, match=rf"^The server of DATABASE_URL {said}"):
            check_certificates(database_url(database, trust, host, client), PLAIN_CACHE)
        with pytest.raises(UntrustedServerError, match=rf"^The server of REDIS_URL {said}"):
            check_certificates(PLAIN_DATABASE, redis_url(cache, trust, host, client))
    if asks:
        with pytest.raises(UntrustedServerError, match="DATABASE_URL"):
            check_certificates(database_url(database, own), PLAIN_CACHE)
        with pytest.raises(UntrustedServerError, match="REDIS_URL"):
            check_certificates(PLAIN_DATABASE, redis_url(cache, own))


def test_a_server_that_does_not_encrypt_is_refused_where_that_is_asked_for(
    own: Certificates,
) -> None:
    with (
        without_tls() as port,
        pytest.raises(UntrustedServerError, match="does not support SSL"),
    ):
        check_certificates(database_url(port, own), PLAIN_CACHE)


def test_a_server_that_is_away_may_come_back(own: Certificates) -> None:
    check_certificates(database_url(9, own), redis_url(9, own))


@pytest.mark.parametrize("command", ["serve", "worker", "migrate"])
def test_the_commands_end_with_that_sentence(
    command: str,
    encrypted: tuple[int, int, bool],
    own: Certificates,
    stranger: Certificates,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url(encrypted[0], stranger))
    monkeypatch.setenv("REDIS_URL", redis_url(encrypted[1], own))
    ended = CliRunner().invoke(cli, [command])
    assert ended.exit_code == 1
    (line,) = ended.output.strip().splitlines()
    assert line.startswith("The server of DATABASE_URL cannot be trusted: ")
    assert "turnpoint@" not in line


async def test_the_gateway_itself_trusts_nobody_else_either(
    encrypted: tuple[int, int, bool], stranger: Certificates
) -> None:
    database, cache = (
        Database(database_url(encrypted[0], stranger), PATIENT_DATABASE),
        Cache(redis_url(encrypted[1], stranger), 60, PATIENT_CACHE),
    )
    assert not await database.is_ready()
    assert not await cache.is_ready()
    await database.close()
    await cache.close()
