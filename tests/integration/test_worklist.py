"""The worklist over HTTP: kept true by every write, quick with 5,000 patients, and no id in an address."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import event, make_url

from app.domain.certainty import Certainty
from app.identity.principal import DEFAULT_TENANT
from app.paths import MIGRATIONS
from app.settings import Settings
from app.storage.database import Database
from app.storage.migrate import migrate
from app.storage.tenancy import SET_TENANT
from app.storage.worklist import note_plan
from app.storage.worklist_tables import NO_REVIEW
from app.usecases.worklist.question import PlanState, Sort, WorklistFilter, WorklistQuestion
from app.usecases.worklist.service import worklist_page
from tests.asking import Person
from tests.integration.answers import Json
from tests.integration.many_patients import add_patients
from tests.integration.pages import HTML
from tests.integration.serving import PATIENT_DATABASE, Servers, client_of, connect, seen_by, settings_for

PATIENTS = 5000


@pytest.fixture(scope="module")
def own_url(database_url: str) -> Iterator[str]:
    """A database of its own with 5,000 patients."""
    name = f"patients_{uuid4().hex}"
    with connect(database_url) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        own = make_url(database_url).set(database=name).render_as_string(hide_password=False)
        migrate(Settings(database_url=own))
        with connect(own) as filled:
            add_patients(filled, PATIENTS, "P.", "dysglycaemia")
            add_patients(filled, 60, "P.", "heart-disease", new=False)
        yield own
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture(scope="module")
def client(own_url: str, redis_url: str) -> Iterator[httpx.Client]:
    """A gateway without a language model, on that database."""
    with client_of(settings_for(Servers(own_url, redis_url)), headers=HTML) as client:
        yield client


@pytest.fixture(scope="module")
def table(own_url: str) -> Iterator["psycopg.Connection[tuple[Any, ...]]"]:
    with connect(own_url) as connection:
        yield connection


def listed(client: httpx.Client, address: str = "/") -> tuple[list[str], str]:
    """The ids of a page in order, and the page."""
    response = client.get(address)
    assert response.status_code == 200, response.text
    return re.findall(
        r'<th scope="row" role="rowheader"><a href="/patients/([^/]+)/', response.text
    ), response.text


def link(page: str, rel: str) -> str | None:
    found = re.search(rf'<a href="([^"]+)" rel="{rel}">', page)
    return unescape(found[1]) if found else None


def test_all_patients_are_reached_page_by_page(client: httpx.Client) -> None:
    address: str | None = "/?model=dysglycaemia"
    seen: list[str] = []
    while address is not None:
        ids, page = listed(client, address)
        seen += ids
        assert "P." not in address  # a dot is in no cursor
        address = link(page, "next")
    assert len(seen) == len(set(seen)) == PATIENTS
    ids, _page = listed(client, link(page, "prev") or "")
    assert ids == seen[-100:-50]


def test_a_page_says_how_many_and_in_which_order(client: httpx.Client) -> None:
    _, page = listed(client, "/?sort=risk")
    assert "More than 1,000 entries" in page
    assert page.count('aria-sort="descending"') == 1
    risks = [float(one) for one in re.findall(r'<b class="\w+">(?:&lt;|&gt;)?\D?(\d+)\D%</b>', page)]
    assert risks == sorted(risks, reverse=True)
    _, page = listed(client, "/?model=heart-disease")
    assert "60 entries" in page
    _, page = listed(client, "/?sort=review&plan=due")
    days = re.findall(r'<time class="high small" datetime="([^"]+)"', page)
    assert days == sorted(days)
    assert len(days) == 50


@pytest.mark.parametrize(
    ("query", "wanted", "unwanted"),
    [
        ("state=above", ">clearly above</span>", ">clearly below</span>"),
        ("state=below", ">clearly below</span>", ">unclear</span>"),
        ("state=unclear", ">unclear</span>", ">clearly above</span>"),
        ("plan=none", ">no plan</span>", "<bdi>"),
        ("plan=due", "Review overdue since", ">no plan</span>"),
        ("plan=active", "<bdi>Plan ", ">no plan</span>"),
        ("declined=yes", ">all declined</td>", ">none on this answer</td>"),
        ("model=heart-disease", ">Coronary heart disease</span>", ">Dysglycaemia</span>"),
    ],
)
def test_a_filter_leaves_those_that_it_names(
    client: httpx.Client, query: str, wanted: str, unwanted: str
) -> None:
    ids, page = listed(client, f"/?{query}")
    assert page.count(wanted) == len(ids) == 50
    assert unwanted not in page


def test_when_they_were_seen_can_be_read_by_a_script_and_by_people(client: httpx.Client) -> None:
    ids, page = listed(client)
    assert len(re.findall(r'<time datetime="[0-9-]{10}T[0-9:]{8}Z">[^<]+UTC</time>', page)) == len(ids)
    assert page.count("<time") == page.count("</time>") == len(ids) + page.count("<bdi>")


def test_nobody_under_filters_is_no_dead_end(client: httpx.Client) -> None:
    ids, page = listed(client, f"/?since={datetime.now(UTC).date() + timedelta(1)}")
    assert ids == []
    assert "Nobody is listed under these filters" in page
    assert 'href="/">All patients' in page


def test_never_green_where_the_band_crosses(client: httpx.Client) -> None:
    _, page = listed(client, "/?state=unclear&sort=risk")
    assert 'class="low"' not in page
    assert "mark low" not in page


@pytest.mark.parametrize(
    "query",
    [
        "sort=name",
        "state=high",
        "plan=1",
        "declined=true",
        "since=yesterday",
        "since=2026-02-30",
        "since=20260301",
        "model=sesame",
        "at=sesame",
        "at=" + "A" * 34,
        "at=" + "%00" * 34,
        "sesame=1",
        "sort=risk&at=cwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "sort=seen&sort=risk",
        "<script>=1",
    ],
)
def test_what_cannot_be_understood_is_told_and_never_repeated(client: httpx.Client, query: str) -> None:
    response = client.get(f"/?{query}")
    assert response.status_code == 422
    assert "This cannot be read" in response.text
    assert '<a href="/">' in response.text
    for part in ("sesame", "yesterday", "20260301", "<script>=", "AAAAAA"):
        assert part not in response.text or (part == "sesame" and query == "sesame=1")


def test_what_a_form_leaves_empty_asks_nothing(client: httpx.Client) -> None:
    assert listed(client, "/?sort=&state=&plan=&model=&since=")[0] == listed(client)[0]


def test_the_view_is_shared_by_an_address_without_anybody_in_it(client: httpx.Client) -> None:
    _, page = listed(client, "/?state=above&plan=none&sort=risk")
    address = link(page, "next") or ""
    shown, page = listed(client, address)
    assert f'<a href="{address.replace("&", "&amp;")}">Link to this view</a>' in page
    assert not any(one in address for one in shown)
    assert re.fullmatch(r"/\?sort=risk&state=above&plan=none&at=[A-Za-z0-9_-]{35}", address)


def test_a_search_finds_by_a_part_and_stays_out_of_addresses(client: httpx.Client) -> None:
    response = client.post("/", data={"patient": "p.4999"})
    assert re.findall(r"/patients/([^/]+)/interventions", response.text) == ["P.4999"]
    assert response.url.path == "/"
    new = client.post("/", data={"patient": "new-1"})
    assert '<a href="/patients/new-1/values">' in new.text


AS_TENANT = SET_TENANT.text.replace(":tenant", "%s").encode()
FILTERS = (
    WorklistFilter(),
    WorklistFilter(certainty=Certainty.CLEAR_LOW, plan=PlanState.NONE),
    WorklistFilter(plan=PlanState.DUE, is_declined=True),
    WorklistFilter(model="dysglycaemia"),
)


@contextmanager
def statements(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """What is sent to the database."""
    sent: list[tuple[str, Any]] = []
    engine = database._engine.sync_engine

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        sent.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("wanted", FILTERS)
@pytest.mark.parametrize("sort", Sort)
def test_each_page_is_an_indexed_read(
    own_url: str, table: "psycopg.Connection[tuple[Any, ...]]", sort: Sort, wanted: WorklistFilter
) -> None:
    async def pages() -> list[tuple[str, Any]]:
        database = Database(own_url, PATIENT_DATABASE)
        with statements(database) as sent:
            page = await worklist_page(seen_by(database), WorklistQuestion(sort, wanted), date.today())
            onward = WorklistQuestion(sort, wanted, page.next)
            await worklist_page(seen_by(database), onward, date.today())
        await database.close()
        return sent

    reads = [(sql, given) for sql, given in asyncio.run(pages()) if "nearest" in sql or "RECURSIVE" in sql]
    assert len(reads) == 4
    for sql, given in reads:
        with table.transaction():
            table.execute(AS_TENANT, [DEFAULT_TENANT])
            plan = "\n".join(line for (line,) in table.execute(b"EXPLAIN " + sql.encode(), given).fetchall())
        assert "current_setting" in plan, "policies bind, or the plan is another one than the service's"
        assert "Seq Scan on worklist" not in plan
        assert "ix_worklist_" in plan


RECOUNT = """
SELECT DISTINCT ON (a.patient_id, p.model_name) a.patient_id, p.model_name, a.id, r.asked_at, p.risk,
    p.certainty, (SELECT count(*) FROM counterfactuals c WHERE c.answer_id = a.id) > 0 AND
    (SELECT count(*) FROM counterfactuals c WHERE c.answer_id = a.id) = (
        SELECT count(*) FROM counterfactuals c JOIN feedback f ON f.counterfactual_id = c.id
        WHERE c.answer_id = a.id AND f.verdict = 'declined'
        AND f.id NOT IN (SELECT replaces FROM feedback WHERE replaces IS NOT NULL))
FROM requests r JOIN answers a ON a.id = r.answer_id JOIN predictions p ON p.id = a.prediction_id
WHERE a.based_on IS NULL AND a.patient_id = %s
ORDER BY a.patient_id, p.model_name, r.asked_at DESC
"""
KEPT = (
    "SELECT patient_id, model_name, answer_id, asked_at, risk, certainty, is_declined FROM worklist"
    " WHERE patient_id = %s ORDER BY patient_id, model_name"
)


def assert_true(table: "psycopg.Connection[tuple[Any, ...]]", patient_id: str, lines: int) -> None:
    """What is kept is what the record comes to."""
    kept = table.execute(KEPT, [patient_id]).fetchall()
    assert kept == table.execute(RECOUNT, [patient_id]).fetchall()
    assert len(kept) == lines


def decline(client: httpx.Client, answer: Json, option: Json, **more: Any) -> Json:
    said = {"counterfactual_id": option["id"], "verdict": "declined", "reason": "preference"} | more
    sent = client.post(
        f"/counterfactuals/{answer['id']}/feedback", json=said, headers={"Accept": "application/json"}
    )
    given: Json = sent.raise_for_status().json()
    return given


def test_the_list_is_what_the_record_comes_to_after_every_write(
    client: httpx.Client,
    table: "psycopg.Connection[tuple[Any, ...]]",
    patient_id: str,
    helpable: Person,
    heart_patient: Person,
) -> None:
    def asked(features: Person, **more: Any) -> Json:
        body = {"patient_id": patient_id, "features": dict(features), "generator": "search", "count": 2}
        sent = client.post("/counterfactuals", json=body | more, headers={"Accept": "application/json"})
        answer: Json = sent.raise_for_status().json()
        return answer

    first = asked(helpable)
    assert_true(table, patient_id, 1)
    offered = [*first["counterfactuals"], *first["improvements"]]
    verdicts = [decline(client, first, option) for option in offered]
    assert_true(table, patient_id, 1)
    assert table.execute(KEPT, [patient_id]).fetchall()[0][-1] is True
    assert patient_id in client.post("/", data={"patient": patient_id}).text
    second = asked(helpable, count=1)
    assert_true(table, patient_id, 1)
    assert table.execute(KEPT, [patient_id]).fetchall()[0][-1] is False
    again = asked(helpable)  # from the cache: whatever it offered is still declined
    assert (again["id"], again["generation"]["cached"]) == (first["id"], True)
    assert second["id"] != first["id"]
    assert_true(table, patient_id, 1)
    assert table.execute(KEPT, [patient_id]).fetchall()[0][-1] is True
    decline(client, first, offered[0], verdict="withdrawn", reason=None, replaces=verdicts[0]["id"])
    assert_true(table, patient_id, 1)
    asked(heart_patient, model="heart-disease")
    assert_true(table, patient_id, 2)
    moved = {"answer": first["id"], f"at.{first['counterfactuals'][0]['changes'][0]['feature']}": "1"}
    what_if = client.post(f"/patients/{patient_id}/interventions", data=moved)
    assert what_if.status_code == 303
    assert_true(table, patient_id, 2)


def test_a_plan_is_noted_moved_ended_and_replaced(
    own_url: str, table: "psycopg.Connection[tuple[Any, ...]]"
) -> None:
    [[plan_id, patient_id]] = table.execute(
        "SELECT p.id, p.patient_id FROM plans p JOIN worklist w ON w.plan_id = p.id LIMIT 1"
    ).fetchall()

    async def note(plan: Any) -> None:
        database = Database(own_url, PATIENT_DATABASE)
        async with seen_by(database).transaction() as session:
            await note_plan(session, plan)
        await database.close()

    def kept(plan: Any) -> list[tuple[Any, ...]]:
        """What the list has of the patient after a change of the plan was noted."""
        asyncio.run(note(plan))
        listed = (
            "SELECT plan_id, is_planned, review_on FROM worklist WHERE patient_id = %s AND model_name = %s"
        )
        return table.execute(listed, [patient_id, "dysglycaemia"]).fetchall()

    table.execute("UPDATE plans SET review_on = '2027-01-02' WHERE id = %s", [plan_id])
    assert kept(plan_id) == [(plan_id, True, date(2027, 1, 2))]
    table.execute("UPDATE plans SET ended_at = now() WHERE id = %s", [plan_id])
    assert kept(plan_id) == [(None, False, NO_REVIEW)]
    [[other]] = table.execute(
        "INSERT INTO plans (id, patient_id, answer_id, model_name, model_version, name, changes, linked,"
        " brought_along, features, risk_before, risk_planned, review_on)"
        " SELECT gen_random_uuid(), patient_id, answer_id, model_name, model_version, name, changes, linked,"
        " brought_along, features, risk_before, risk_planned, '2027-03-04' FROM plans WHERE id = %s"
        " RETURNING id",
        [plan_id],
    ).fetchall()
    assert kept(plan_id) == kept(other) == [(other, True, date(2027, 3, 4))]


def test_a_known_result_is_told_before_the_estimate(
    client: httpx.Client, table: "psycopg.Connection[tuple[Any, ...]]"
) -> None:
    table.execute(
        "INSERT INTO measurements (id, patient_id, model_name, measured_on, value, has_outcome, is_withdrawn)"
        " VALUES (gen_random_uuid(), 'P.7', 'dysglycaemia', '2026-10-12', 6.1, true, false)"
    )
    page = client.post("/", data={"patient": "P.7"}).text
    assert "Known result, 12 October 2026: " in page


def test_the_list_is_backfilled_from_the_record(database_url: str) -> None:
    """What the migration makes of a record is what the gateways would have kept."""
    name = f"backfill_{uuid4().hex}"
    own = make_url(database_url).set(database=name).render_as_string(hide_password=False)
    with connect(database_url) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        try:
            migrate(Settings(database_url=own))
            with connect(own) as filled:
                add_patients(filled, 200, "P-", "dysglycaemia")
                columns = (
                    "patient_id, model_name, answer_id, asked_at, risk, certainty, is_declined, is_planned,"
                    " plan_id, review_on"
                )
                read = f"SELECT {columns} FROM worklist ORDER BY patient_id".encode()
                before = filled.execute(read).fetchall()
                config = Config()
                config.set_main_option("script_location", str(MIGRATIONS))
                config.attributes["database_url"] = own
                command.downgrade(config, "0013")
                command.upgrade(config, "0014")
                assert filled.execute(read).fetchall() == before
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
