"""Groups of an EHR are read by a program: each patient is asked about, and one who fails stops no other."""

import stat
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner, Result

from app.cli.main import cli
from app.identity.smart_client.client_key import ClientKey
from tests.ehr.connecting import PROGRAM, connect
from tests.ehr.faults import Fault, Order
from tests.ehr.people import GROUP, names
from tests.ehr.serving import mock_ehr
from tests.ehr.state import MockEhr
from tests.integration.audits import Database
from tests.integration.serving import Servers

PUBLIC = "http://127.0.0.1:8000"


@pytest.fixture
def ehr() -> Iterator[MockEhr]:
    with mock_ehr(asks_consent=False) as ehr:
        yield ehr


@pytest.fixture
def environment(servers: Servers, ehr: MockEhr, tmp_path: Path) -> dict[str, str | None]:
    return {
        "DATABASE_URL": servers.database_url,
        "REDIS_URL": servers.redis_url,
        "EHR_SERVERS_FILE": str(connect(ehr, PUBLIC, tmp_path).servers),
        "PUBLIC_URL": PUBLIC,
        "EHR_NIGHTLY_PER_MINUTE": "6000",
    }


def run(environment: dict[str, str | None], *words: str) -> Result:
    return CliRunner().invoke(cli, ["ehr", *words], env=environment)


def counts_of(result: Result) -> dict[str, int]:
    (line,) = [one for one in result.stdout.splitlines() if one.startswith("mock, group ")]
    told = line.partition(": ")[2]
    return {word: int(count) for word, _, count in (one.rpartition(" ") for one in told.split(", "))}


def given(database: Database) -> int:
    """How often answers were given, from the cache or not."""
    found = database.execute("SELECT count(*) FROM requests").fetchone()
    assert found is not None
    return int(found[0])


def test_everybody_of_a_group_is_asked_about_once(
    environment: dict[str, str | None], database: Database
) -> None:
    before = given(database)
    result = run(environment, "read")
    assert result.exit_code == 0, result.output
    counts = counts_of(result)
    assert sum(counts.values()) == len(names())
    assert given(database) - before == counts["answered"] > 0
    assert not any(name in result.output for name in names())


def test_one_patient_s_failure_stops_no_other(environment: dict[str, str | None], ehr: MockEhr) -> None:
    whole = counts_of(run(environment, "read", "--server", "mock", "--group", GROUP))
    ehr.faults.order(Order(Fault.STATUS, "/fhir/Patient/oak"))
    ehr.faults.order(Order(Fault.MALFORMED, "/fhir/Patient/elm"))
    part = counts_of(run(environment, "read"))
    assert part["not_read"] == whole.get("not_read", 0) + 2
    assert sum(part.values()) == sum(whole.values())


def test_members_that_are_nobody_here_are_counted(environment: dict[str, str | None], ehr: MockEhr) -> None:
    group = ehr.read("Group", GROUP)
    assert group is not None
    others = ["Practitioner/1", "https://elsewhere.example/fhir/Patient/oak", "Patient/a/b", "Patient/"]
    member = [
        {"entity": {"reference": one}} for one in [*others, "Patient/oak", f"{ehr.fhir_base}/Patient/oak"]
    ]
    left = {"entity": {"reference": "Patient/elm"}, "inactive": True}
    ehr.add({**group, "member": [*member, left]})
    counts = counts_of(run(environment, "read"))
    assert counts.pop("no_patient") == len(others)
    assert sum(counts.values()) == 1
    assert not [one for one in ehr.asked if "elm" in one.path]


def test_a_token_is_asked_for_once(environment: dict[str, str | None], ehr: MockEhr) -> None:
    run(environment, "read")
    assert [one.path for one in ehr.asked].count("/auth/token") == 1


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (Order(Fault.STATUS, f"/fhir/Group/{GROUP}"), "failed"),
        (Order(Fault.STATUS, "/auth/token", status=401), "refused"),
        (Order(Fault.HTML, "/fhir/.well-known"), "not_smart"),
    ],
)
def test_a_group_that_cannot_be_read_is_told(
    environment: dict[str, str | None], ehr: MockEhr, order: Order, reason: str
) -> None:
    ehr.faults.order(order)
    result = run(environment, "read")
    assert result.exit_code == 1
    assert f"group {GROUP}: not read: {reason}" in result.stdout


def test_what_there_is_none_of_is_said_in_a_sentence(environment: dict[str, str | None]) -> None:
    assert "names no such server" in run(environment, "read", "--server", "other").stderr
    assert "set EHR_SERVERS_FILE to" in run({**environment, "EHR_SERVERS_FILE": None}, "read").stderr


def test_a_model_that_is_not_there_is_said_in_a_sentence(environment: dict[str, str | None]) -> None:
    result = run(environment | {"DEFAULT_MODEL": "stroke"}, "read")
    assert result.exit_code == 1
    assert result.stderr.startswith("DEFAULT_MODEL is stroke, but ")
    assert isinstance(result.exception, SystemExit)


def test_beside_a_server_that_is_not_who_it_should_be_nobody_is_read(
    environment: dict[str, str | None], ehr: MockEhr
) -> None:
    stranger = httpx.URL(ehr.fhir_base)  # it shows no certificate
    result = run(environment | {"REDIS_URL": f"rediss://{stranger.host}:{stranger.port}"}, "read")
    assert result.exit_code == 1
    assert result.stderr.startswith("The server of REDIS_URL cannot be trusted: ")
    assert not [one for one in ehr.asked if one.path.startswith("/fhir/")]


def test_a_server_that_works_is_told_to(environment: dict[str, str | None], ehr: MockEhr) -> None:
    result = run(environment, "check")
    assert result.exit_code == 0, result.output
    assert "NOT OK" not in result.stdout
    for word in ("FHIR R4", "smart-configuration", "PKCE", "ES384", "Backend Services: it gives a token"):
        assert word in result.stdout


@pytest.mark.parametrize(
    ("order", "sentence"),
    [
        (Order(Fault.HTML, "/fhir/metadata"), "metadata cannot be read"),
        (Order(Fault.REDIRECT, "/fhir/.well-known"), "smart-configuration: "),
        (Order(Fault.STATUS, "/jwks"), "SMART App Launch: "),
        (Order(Fault.STATUS, "/auth/token", status=400), "Backend Services: "),
    ],
)
def test_what_does_not_work_is_told(
    environment: dict[str, str | None], ehr: MockEhr, order: Order, sentence: str
) -> None:
    ehr.faults.order(order)
    result = run(environment, "check")
    assert result.exit_code == 1
    assert f"mock: NOT OK: {sentence}" in result.stdout


def test_a_key_is_for_its_owner_alone_and_what_is_printed_has_no_private_part(tmp_path: Path) -> None:
    path = tmp_path / "smart.jwk"
    result = run({}, "key", str(path))
    assert result.exit_code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    public = ClientKey.load(path).public
    assert '"d"' not in result.stdout
    assert public["x"] in result.stdout
    again = run({}, "key", str(path))
    assert again.exit_code == 1
    assert ClientKey.load(path).public == public


def test_what_the_key_signs_is_what_the_ehr_checks(
    environment: dict[str, str | None], ehr: MockEhr, tmp_path: Path
) -> None:
    """The registered key, and no other."""
    key = tmp_path / "backend.jwk"
    key.unlink()
    ClientKey.new().save(key)
    assert "not read: refused" in run(environment, "read").stdout
    client = ehr.clients.by_id[PROGRAM]
    registered = {"keys": [ClientKey.load(key).public]}
    ehr.clients.register(type(client)(client.id, client.scopes, (), registered, client.grant_types))
    assert run(environment, "read").exit_code == 0


def test_nothing_is_asked_anywhere_else(environment: dict[str, str | None], ehr: MockEhr) -> None:
    ehr.faults.order(Order(Fault.ELSEWHERE, "/fhir/Observation", url="http://127.0.0.1:9/fhir/Observation"))
    assert counts_of(run(environment, "read")) == {"not_read": len(names())}
    assert httpx.URL(ehr.fhir_base).host == "127.0.0.1"
