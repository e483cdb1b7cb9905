"""A restore of an older backup does not bring back who was erased since."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from app.cli.main import cli
from app.cli.shared import user_name
from app.domain.errors import NotFoundError
from app.storage.cache import Cache
from app.storage.database import Database, TenantDatabase
from app.usecases.patient_data.digests import can_be_looked_for, id_digest, without_mark
from app.usecases.patient_data.service import erase_patient, export_patient
from app.usecases.patient_data.tombstones import (
    TombstonesError,
    erase_again,
    read_tombstones,
    take_in,
    tombstones_of,
)
from tests.integration.patient_records import add_records, holding
from tests.integration.serving import PATIENT_DATABASE, Servers, seen_by
from tests.integration.test_patient_data import add_uploaded

KEY = b"a key of the tests, as long as keys have to be"
EARLIER = datetime.now(UTC) - timedelta(days=40)


@pytest.fixture
async def own(servers: Servers) -> AsyncIterator[TenantDatabase]:
    database = Database(servers.database_url, PATIENT_DATABASE)
    yield seen_by(database)
    await database.close()


def restore(database: Any, patient: str, pseudonym: object, seen: datetime, canary: str) -> None:
    """What a backup brings back: the row as it was, and what belongs to it."""
    add_records(database, patient, canary, {"plans": 1, "requests": 1})
    database.execute(
        "UPDATE patients SET pseudonym = %s, first_seen_at = %s WHERE id = %s", [pseudonym, seen, patient]
    )


@given(
    came_back=st.booleans(), knows_pseudonym=st.booleans(), has_key=st.booleans(), asked_again=st.booleans()
)
@settings(max_examples=16, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_who_came_back_is_erased_again_and_who_is_new_stays(
    database: Any,
    own: TenantDatabase,
    cache: Cache,
    came_back: bool,
    knows_pseudonym: bool,
    has_key: bool,
    asked_again: bool,
) -> None:
    """A backup from before there were pseudonyms gives another: its patients are known by the key alone."""
    key = KEY if has_key else None
    patient, canary = f"p-{uuid4().hex}", f"canary-{uuid4().hex}"
    add_records(database, patient, canary, {})
    erased = await erase_patient(own, cache, patient, key)
    kept = [one.model_dump_json() for one in await tombstones_of(own)]
    assert not any(patient in line for line in kept)
    database.execute("DELETE FROM erasures WHERE pseudonym = %s", [erased.pseudonym])  # as in the backup
    if came_back:
        restore(database, patient, erased.pseudonym if knows_pseudonym else uuid4(), EARLIER, canary)
    elif asked_again:
        add_records(database, patient, canary, {})
    await take_in(own, read_tombstones(kept))
    await erase_again(own, cache, key)
    stays = asked_again and not came_back
    unknown = came_back and not knows_pseudonym and not has_key
    if stays or unknown:
        await export_patient(own, patient)
        await erase_patient(own, cache, patient, None)
    else:
        with pytest.raises(NotFoundError):
            await export_patient(own, patient)
    assert holding(database, canary) == set()


async def test_rows_of_batch_jobs_that_came_back_go_by_the_key(
    database: Any, own: TenantDatabase, cache: Cache
) -> None:
    patient, canary = f"p-{uuid4().hex}", f"canary-{uuid4().hex}"
    add_uploaded(database, [patient, None], canary)
    await erase_patient(own, cache, patient, KEY)
    add_uploaded(database, [None, patient], canary)
    database.execute("UPDATE uploads SET created_at = %s", [EARLIER])
    database.execute("UPDATE augmentations SET created_at = %s", [EARLIER])
    assert await erase_again(own, cache, None) == 0
    assert await erase_again(own, cache, KEY) > 0
    assert holding(database, canary, patient) == set()


def test_the_commands_keep_tombstones_and_apply_them(
    servers: Servers, database: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setenv("DATABASE_URL", servers.database_url)
    monkeypatch.setenv("REDIS_URL", servers.redis_url)
    database.execute("DELETE FROM erasures")  # some of others have a digest of another key
    patient, tenant, canary = f"p-{uuid4().hex}", f"t-{uuid4().hex}", f"canary-{uuid4().hex}"
    add_records(database, patient, canary, {}, tenant)
    run, of = CliRunner().invoke, ["--tenant", tenant]
    assert run(cli, ["patient", "erase", patient, "--yes"]).exit_code == 1  # another tenant's
    file = tmp_path / "patient.json"
    assert run(cli, ["patient", "export", patient, *of, "--output", str(file)]).exit_code == 0
    assert canary in file.read_text()
    assert file.stat().st_mode & 0o077 == 0
    again = run(cli, ["patient", "export", patient, *of, "--output", str(file)])
    assert (again.exit_code, "cannot be written" in again.output) == (1, True)
    assert run(cli, ["patient", "erase", patient, *of], input="n\n").exit_code == 1
    assert canary in run(cli, ["patient", "export", patient, *of]).output
    erased = run(cli, ["patient", "erase", patient, *of, "--yes"])
    pseudonym = erased.stdout.strip()
    kept = run(cli, ["patient", "tombstones"]).stdout
    assert pseudonym in kept
    stones = tmp_path / "tombstones.jsonl"
    stones.write_text(kept)
    database.execute("DELETE FROM erasures WHERE pseudonym = %s", [pseudonym])
    add_records(database, patient, canary, {}, tenant)
    database.execute("UPDATE patients SET pseudonym = %s WHERE tenant = %s", [pseudonym, tenant])
    applied = run(cli, ["patient", "reapply-erasures", str(stones)])
    assert applied.exit_code == 0, applied.output
    assert "Erased again: 1." in applied.output
    assert holding(database, canary) == set()
    stones.write_text(kept + f'{{"tenant": "{canary}"}}\n')
    refused = run(cli, ["patient", "reapply-erasures", str(stones)])
    assert (refused.exit_code, canary in refused.output) == (1, False)
    assert f"Line {len(kept.splitlines()) + 1} is no tombstone." in refused.output


def test_a_key_that_is_missing_or_another_is_told(
    servers: Servers, database: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setenv("DATABASE_URL", servers.database_url)
    monkeypatch.setenv("REDIS_URL", servers.redis_url)
    monkeypatch.setenv("ERASURE_KEY", "k" * 32)
    database.execute("DELETE FROM erasures")
    patient, tenant, canary = f"p-{uuid4().hex}", f"t-{uuid4().hex}", f"canary-{uuid4().hex}"
    run, erase = CliRunner().invoke, ["patient", "erase", "--tenant", tenant, "--yes"]
    add_records(database, patient, canary, {}, tenant)
    erased = run(cli, [*erase, patient])
    assert (erased.exit_code, erased.stderr) == (0, "")
    stones = tmp_path / "tombstones.jsonl"
    stones.write_text(run(cli, ["patient", "tombstones"]).stdout)
    add_records(database, patient, canary, {}, tenant)
    database.execute("UPDATE patients SET first_seen_at = %s WHERE id = %s", [EARLIER, patient])
    apply = ["patient", "reapply-erasures", str(stones)]
    for key, why in (("", "is not set"), ("other" * 8, "is another than theirs")):
        monkeypatch.setenv("ERASURE_KEY", key)
        applied = run(cli, apply)
        assert (applied.exit_code, applied.stdout) == (1, "Tombstones: 1. Erased again: 0.\n")
        assert f"1 could not be looked for: ERASURE_KEY {why}." in applied.stderr
    add_records(database, f"{patient}-2", canary, {}, tenant)
    assert "not the key of 1 older tombstones" in run(cli, [*erase, f"{patient}-2"]).stderr
    database.execute("DELETE FROM erasures WHERE tenant = %s", [tenant])
    monkeypatch.setenv("ERASURE_KEY", "k" * 32)
    applied = run(cli, apply)
    assert (applied.exit_code, applied.stdout) == (0, "Tombstones: 1. Erased again: 1.\n")
    assert holding(database, canary) == set()


def test_an_id_of_any_text_comes_by_standard_input_and_the_audit_names_who_ran_it(
    servers: Servers, database: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", servers.database_url)
    monkeypatch.setenv("REDIS_URL", servers.redis_url)
    patient, canary = f"Zoë / 12 é {uuid4().hex}", f"canary-{uuid4().hex}"
    add_uploaded(database, [patient, None], canary)
    run = CliRunner().invoke
    assert canary in run(cli, ["patient", "export", "-"], input=f"{patient}\n").stdout
    unasked = run(cli, ["patient", "erase", "-"], input=f"{patient}\n")
    assert (unasked.exit_code, "needs --yes" in unasked.stderr) == (1, True)
    assert run(cli, ["patient", "erase", "-", "--yes"], input="\n").exit_code == 1
    erased = run(cli, ["patient", "erase", "-", "--yes"], input=f"{patient}\r\n")
    assert (erased.exit_code, "by the pseudonym alone" in erased.stderr) == (0, True)
    assert holding(database, canary, patient) == set()
    wanted = "SELECT actor, on_behalf_of FROM audit_events WHERE patient = %s"
    assert database.execute(wanted, [erased.stdout.strip()]).fetchall() == [("turnpoint", user_name())]


@given(
    st.binary(min_size=32, max_size=40),
    st.binary(min_size=32, max_size=40),
    *(st.text(max_size=9).filter(lambda text: "\0" not in text),) * 2,
)
def test_a_digest_tells_its_key_and_no_other(key: bytes, other: bytes, tenant: str, patient_id: str) -> None:
    digest = id_digest(key, tenant, patient_id)
    assert can_be_looked_for(digest, key)
    assert not can_be_looked_for(digest, None)
    assert can_be_looked_for(digest, other) == (key == other)
    assert can_be_looked_for(without_mark(digest), key)  # as older tombstones have it
    assert can_be_looked_for(None, None)


@given(st.text(max_size=40).filter(str.strip))
def test_a_line_that_is_no_tombstone_is_named_without_its_content(line: str) -> None:
    with pytest.raises(TombstonesError, match=r"^Line 1 is no tombstone\.$"):
        read_tombstones([line])
