"""The migrations build exactly the tables that the code uses, and take them away again."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg import sql
from sqlalchemy import Engine, create_engine, inspect, make_url
from sqlalchemy.pool import NullPool

from app.paths import MIGRATIONS
from app.settings import Settings
from app.storage import (  # noqa: F401 - their tables are the code's, too
    audit_tables,
    augmentation_tables,
    consultation_tables,
    erasure_tables,
    feedback_tables,
    idempotency_tables,
    key_tables,
    worklist_tables,
)
from app.storage.migrate import migrate
from app.storage.row_security import PATIENT_POLICY
from app.storage.tables import Base
from app.storage.tenancy import SET_TENANT
from tests.integration.serving import (
    AUDIT_TABLES,
    CONSULTATION_TABLES,
    EHR_TABLES,
    JOB_TABLES,
    TABLES,
    WATCH_TABLES,
    Servers,
    client_of,
    connect,
    settings_for,
)

OURS = {*TABLES, *JOB_TABLES, *CONSULTATION_TABLES, *AUDIT_TABLES, *EHR_TABLES, *WATCH_TABLES}
OURS |= {"api_keys", "token_uses"}


@pytest.fixture
def empty_database(database_url: str) -> Iterator[str]:
    """A database of its own, gone afterwards."""
    name = f"migrations_{uuid4().hex}"
    with connect(database_url) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield make_url(database_url).set(database=name).render_as_string(hide_password=False)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def engine(empty_database: str) -> Engine:
    return create_engine(empty_database, poolclass=NullPool)


def alembic_for(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["database_url"] = url
    return config


def test_upgrade_from_empty_gives_the_tables_of_the_code(empty_database: str, engine: Engine) -> None:
    migrate(Settings(database_url=empty_database))
    with engine.connect() as connection:
        connection.execute(SET_TENANT, {"tenant": "any"})  # defaults are compared by what they come to
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, Base.metadata) == []
    assert set(inspect(engine).get_table_names()) == {*OURS, "alembic_version"}
    assert set(Base.metadata.tables) == OURS


def test_downgrade_leaves_nothing_and_upgrade_works_again(empty_database: str, engine: Engine) -> None:
    settings = Settings(database_url=empty_database)
    migrate(settings)
    command.downgrade(alembic_for(empty_database), "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]
    migrate(settings)
    migrate(settings)
    assert set(TABLES) <= set(inspect(engine).get_table_names())


def add_answer(database: "psycopg.Connection[tuple[Any, ...]]") -> None:
    """An answer as version 0.1 recorded it."""
    database.execute("INSERT INTO patients (id) VALUES ('P-1') ON CONFLICT DO NOTHING")
    database.execute(
        "WITH prediction AS (INSERT INTO predictions"
        " (id, model_name, model_version, model_digest, risk, threshold, label)"
        " VALUES (gen_random_uuid(), 'm', '1', 'd', 0.7, 0.5, 'high') RETURNING id)"
        " INSERT INTO answers (id, created_at, patient_id, prediction_id, question_digest, features, target,"
        " constraints, count, min_robustness, generator, status)"
        " SELECT gen_random_uuid(), now(), 'P-1', id, 'd', '{}', 0.5, '{}', 4, 0.9, 'auto', 'infeasible'"
        " FROM prediction"
    )


def test_answers_from_before_values_were_checked_warn_of_nothing(empty_database: str) -> None:
    command.upgrade(alembic_for(empty_database), "0005")
    with connect(empty_database) as database:
        add_answer(database)
        command.upgrade(alembic_for(empty_database), "0006")
        assert database.execute("SELECT warnings FROM answers").fetchall() == [([],)]
        command.downgrade(alembic_for(empty_database), "0005")
        assert database.execute("SELECT count(*) FROM answers").fetchone() == (1,)


def test_what_was_away_becomes_a_list_and_text_again(empty_database: str) -> None:
    """Also of an answer for which two things were away, and of one for which nothing was."""
    recorded = ["cache_unavailable", "llm_timeout,cache_unavailable", None]
    command.upgrade(alembic_for(empty_database), "0008")
    with connect(empty_database) as database:
        for degraded in recorded:
            add_answer(database)
            database.execute(
                "INSERT INTO generations (answer_id, proposals, well_formed, valid, repaired, degraded,"
                " elapsed_ms) SELECT id, 0, 0, 0, 0, %s, 1 FROM answers"
                " WHERE id NOT IN (SELECT answer_id FROM generations)",
                [degraded],
            )
        listed = "SELECT degraded FROM generations ORDER BY degraded"
        command.upgrade(alembic_for(empty_database), "0009")
        assert database.execute(listed).fetchall() == [
            ([],),
            (["cache_unavailable"],),
            (["llm_timeout", "cache_unavailable"],),
        ]
        command.downgrade(alembic_for(empty_database), "0008")
        assert [row[0] for row in database.execute(listed).fetchall()] == recorded


def add_option(database: "psycopg.Connection[tuple[Any, ...]]") -> None:
    """An option of every answer, and how the answer came about, as before there were improvements."""
    database.execute(
        "INSERT INTO counterfactuals (id, answer_id, rank, risk, effort, fragile, generator, changes, linked,"
        " features, plausibility, robustness, summary)"
        " SELECT gen_random_uuid(), id, 1, 0.4, 1.5, false, 'search', '[]', '[]', '{}',"
        """ '{"in_range": true, "neighbour_distance": 1, "percentile": 50}',"""
        """ '{"refits": 1, "noise": 1, "adherence": 1}', 'Consider walking.' FROM answers"""
    )
    database.execute(
        "INSERT INTO generations (answer_id, proposals, well_formed, valid, repaired, degraded,"
        " elapsed_ms) SELECT id, 0, 0, 0, 0, '{}', 1 FROM answers"
    )


def test_an_answer_from_before_improvements_still_reads(empty_database: str, redis_url: str) -> None:
    command.upgrade(alembic_for(empty_database), "0010")
    with connect(empty_database) as database:
        add_answer(database)
        add_option(database)
        [[answer_id]] = database.execute("SELECT id FROM answers").fetchall()
    migrate(Settings(database_url=empty_database))
    with client_of(settings_for(Servers(empty_database, redis_url))) as client:
        answer = client.get(f"/counterfactuals/{answer_id}").raise_for_status().json()
        [listed] = client.get("/patients/P-1/interventions").raise_for_status().json()["answers"]
    assert listed == answer
    assert [option["summary"] for option in answer["counterfactuals"]] == ["Consider walking."]
    assert (answer["improvements"], answer["frontier"]) == ([], [])
    assert (answer["no_improvement"], answer["conditions"]) == (None, None)
    assert [answer["prediction"][name] for name in ("band", "certainty", "observed")] == [None] * 3


def test_the_way_back_is_closed_while_improvements_are_held(empty_database: str) -> None:
    """An older version would tell them as options that reach the target."""
    alembic = alembic_for(empty_database)
    command.upgrade(alembic, "0010")
    with connect(empty_database) as database:
        add_answer(database)
        add_option(database)
        command.upgrade(alembic, "0011")
        kinds = "SELECT kind, grades, reduction FROM counterfactuals"
        assert database.execute(kinds).fetchall() == [("counterfactual", [], None)]
        command.downgrade(alembic, "0010")
        command.upgrade(alembic, "0011")
        database.execute("UPDATE counterfactuals SET kind = 'improvement', reduction = 0.05")
        with pytest.raises(RuntimeError, match="improvements"):
            command.downgrade(alembic, "0010")
        assert database.execute(kinds).fetchall() == [("improvement", [], 0.05)]
        database.execute("DELETE FROM counterfactuals")
        command.downgrade(alembic, "0010")
        assert database.execute("SELECT count(*) FROM answers").fetchone() == (1,)


def test_the_way_back_is_closed_while_a_result_is_held(empty_database: str) -> None:
    """The version before would show an estimate where the result is known."""
    alembic = alembic_for(empty_database)
    command.upgrade(alembic, "0013")
    with connect(empty_database) as database:
        database.execute("INSERT INTO patients (id) VALUES ('P-1')")
        database.execute(
            "INSERT INTO measurements (id, patient_id, model_name, measured_on, value, has_outcome,"
            " is_withdrawn) VALUES (gen_random_uuid(), 'P-1', 'dysglycaemia', '2026-10-12', 6.1, true, false)"
        )
        with pytest.raises(RuntimeError, match="measurements"):
            command.downgrade(alembic, "0012")
        database.execute("DELETE FROM measurements")
        command.downgrade(alembic, "0012")
        assert "plans" not in inspect(create_engine(empty_database, poolclass=NullPool)).get_table_names()


def add_row(database: "psycopg.Connection[tuple[Any, ...]]", source_row: int) -> None:
    """A row of the one job there is, which comes with the first."""
    database.execute(
        "INSERT INTO augmentations (id, created_at, state, model_name, model_version, model_digest, settings,"
        " total, invalid, duplicates)"
        " SELECT gen_random_uuid(), now(), 'completed', 'm', '1', 'd', '{}', 1, 0, 0"
        " WHERE NOT EXISTS (SELECT FROM augmentations)"
    )
    database.execute(
        "INSERT INTO augmented_rows (job_id, source_row, rank, chunk, features, fingerprint, risk,"
        " neighbour_distance, nearest_real_distance, generator)"
        " SELECT id, %s, 1, 0, '{}', 'f', 0.4, 1, 1, 'search' FROM augmentations",
        [source_row],
    )


def test_rows_from_before_others_were_kept_are_of_their_class_and_others_go_with_what_tells_them_apart(
    empty_database: str,
) -> None:
    command.upgrade(alembic_for(empty_database), "0011")
    with connect(empty_database) as database:
        add_row(database, 0)
        command.upgrade(alembic_for(empty_database), "0012")
        told = "SELECT source_row, reached, reduction FROM augmented_rows ORDER BY source_row"
        assert database.execute(told).fetchall() == [(0, True, None)]
        add_row(database, 1)
        database.execute("UPDATE augmented_rows SET reached = false, reduction = 0.05 WHERE source_row = 1")
        command.downgrade(alembic_for(empty_database), "0011")
        assert database.execute("SELECT source_row FROM augmented_rows").fetchall() == [(0,)]


def test_what_is_there_becomes_the_default_tenant_s_and_the_way_back_is_open_to_one_tenant_alone(
    empty_database: str,
) -> None:
    alembic = alembic_for(empty_database)
    command.upgrade(alembic, "0015")
    found = ("patients", "answers", "augmented_rows")
    tenants = " UNION ".join(f"SELECT tenant FROM {table}" for table in found)
    with connect(empty_database) as database:
        add_answer(database)
        add_row(database, 0)
        command.upgrade(alembic, "head")
        assert database.execute(tenants.encode()).fetchall() == [("default",)]
        command.downgrade(alembic, "0015")
        assert database.execute("SELECT count(*) FROM answers").fetchone() == (1,)
        command.upgrade(alembic, "head")
        add_upload = "INSERT INTO uploads (tenant, id, model_name, model_digest, rows, invalid, sha256)"
        database.execute(f"{add_upload} VALUES ('other', gen_random_uuid(), 'm', 'd', 1, 0, 's')")
        with pytest.raises(RuntimeError, match="several tenants"):
            command.downgrade(alembic, "0015")
        assert database.execute("SELECT tenant FROM uploads").fetchall() == [("other",)]


def test_the_way_back_leaves_no_wall(empty_database: str) -> None:
    alembic = alembic_for(empty_database)
    command.upgrade(alembic, "head")
    walls = (
        "SELECT (SELECT count(*) FROM pg_policy),"
        " (SELECT count(*) FROM pg_class WHERE relrowsecurity OR relforcerowsecurity),"
        " (SELECT count(*) FROM pg_class WHERE relacl::text LIKE '%turnpoint_service%'),"
        " (SELECT count(*) FROM pg_proc WHERE proname = 'tenants_on_record'),"
        f" (SELECT count(*) FROM pg_policy WHERE polname = '{PATIENT_POLICY}')"
    )
    with connect(empty_database) as database:
        command.downgrade(alembic, "0016")
        assert database.execute(walls).fetchone() == (0, 0, 0, 0, 0)
        command.upgrade(alembic, "head")
        [[policies, bound, granted, functions, limited]] = database.execute(walls).fetchall()
    assert policies == 2 * bound + limited
    assert bound > limited > 5
    assert granted > bound
    assert functions == 1


def test_there_is_one_line_of_migrations() -> None:
    assert len(ScriptDirectory.from_config(alembic_for("")).get_heads()) == 1
