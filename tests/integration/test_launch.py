"""A launch from an EHR: whoever comes back with their own code gets a session, and nobody else does."""

from base64 import urlsafe_b64decode
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import LiteralString

import httpx
import pytest
from psycopg.sql import SQL, Identifier

from app.identity.caller import Caller
from app.storage.cache import Cache
from app.storage.database import Database as AppDatabase
from app.usecases.patient_data.service import erase_patient
from tests.ehr.connecting import APP
from tests.ehr.faults import Fault, Order
from tests.ehr.keys import new_key
from tests.ehr.people import names
from tests.integration.audits import Database
from tests.integration.launching import SAME_SITE, Clinic, clinic, query_of
from tests.integration.pages import HTML
from tests.integration.serving import Servers

SESSION = "turnpoint-session"
TOO_LITTLE_KNOWN = "willow"


@pytest.fixture(scope="module")
def here(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    with clinic(servers, tmp_path_factory.mktemp("ehr")) as here:
        yield here


@pytest.fixture
def browser(here: Clinic) -> Iterator[httpx.Client]:
    with here.browser() as browser:
        yield browser


@pytest.fixture(autouse=True)
def _no_faults(here: Clinic) -> Iterator[None]:
    yield
    here.ehr.faults.clear()


def test_a_launch_asks_as_smart_says_and_opens_the_patient(here: Clinic, browser: httpx.Client) -> None:
    sent = here.sent(browser, "oak")
    asked = query_of(sent.headers["location"])
    assert sent.headers["location"].startswith(f"{here.ehr.url}/auth/authorize?")
    assert {name: asked[name] for name in ("response_type", "client_id", "code_challenge_method", "aud")} == {
        "response_type": "code",
        "client_id": APP,
        "code_challenge_method": "S256",
        "aud": here.ehr.fhir_base,
    }
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 43
    opened = browser.get(here.signed_in(sent))
    assert opened.status_code == 303
    assert opened.headers["location"].startswith("/patients/oak/")
    page = browser.get(opened.headers["location"])
    assert page.status_code in (200, 404)
    assert "oak" in page.text


def test_a_patient_of_whom_enough_is_known_is_answered(
    here: Clinic, browser: httpx.Client, database: Database
) -> None:
    # Tests of other faces ask about these people too, and record that one of them wants no options.
    wanting = {*names()} - _told_by(database, "preferences")
    places = {}
    for name in sorted(wanting):
        opened = here.opened(browser, name)
        assert opened.status_code == 303
        places[name] = opened.headers["location"]
        assert browser.get(places[name]).status_code == 200
    answered = {name for name, place in places.items() if "?answer=" in place}
    assert answered == wanting - {TOO_LITTLE_KNOWN}
    assert {*places.values()} - {places[name] for name in answered} == {
        f"/patients/{name}/values" for name in wanting - answered
    }


def _told_by(database: Database, table: LiteralString) -> set[str]:
    """The patients of whom a table tells."""
    return {one for (one,) in database.execute(f"SELECT DISTINCT patient_id FROM {table}").fetchall()}


def test_cookies_are_hidden_from_scripts_and_one_launch_s_is_gone(
    here: Clinic, browser: httpx.Client
) -> None:
    sent = here.sent(browser, "oak")
    kept = sent.headers.get_list("set-cookie")
    opened = browser.get(here.signed_in(sent))
    assert all(
        "HttpOnly" in one and "SameSite=Lax" in one for one in [*kept, *opened.headers.get_list("set-cookie")]
    )
    assert [*browser.cookies.keys()] == [SESSION]


def test_a_launch_from_elsewhere_asks_nobody(here: Clinic, browser: httpx.Client) -> None:
    before = len(here.ehr.asked)
    for iss in (
        "https://evil.example/fhir",
        f"{here.ehr.fhir_base}/x",
        here.ehr.url,
        "",
        "file:///etc/passwd",
    ):
        refused = browser.get("/launch", params={"iss": iss, "launch": "x"})
        assert refused.status_code == 403
        assert "not one of those trusted" in refused.text
        assert "evil" not in refused.text
    assert browser.get("/launch", params={"iss": here.ehr.fhir_base}).status_code == 400
    assert len(here.ehr.asked) == before


def test_state_is_good_once_and_in_the_browser_that_began(here: Clinic, browser: httpx.Client) -> None:
    sent = here.sent(browser, "oak")
    back = here.signed_in(sent)
    with here.browser() as other:  # such as one whom somebody lures to their own launch
        assert other.get(back).status_code == 400
        assert SESSION not in other.cookies
    cookies = dict(browser.cookies)
    assert browser.get(back).status_code == 303
    with here.browser() as again:
        again.cookies.update(cookies)
        assert again.get(back).status_code == 400


def test_a_wrong_browser_s_secret_ends_the_launch(here: Clinic, browser: httpx.Client) -> None:
    back = here.signed_in(here.sent(browser, "oak"))
    (name,) = browser.cookies.keys()
    true = browser.cookies[name]
    browser.cookies.clear()
    assert browser.get(back, headers={"Cookie": f"{name}=x{true}"}).status_code == 400
    assert browser.get(back, headers={"Cookie": f"{name}={true}"}).status_code == 400


def test_who_is_not_let_in_gets_no_session(here: Clinic, browser: httpx.Client) -> None:
    state = query_of(here.sent(browser, "oak").headers["location"])["state"]
    denied = browser.get("/launch/callback", params={"state": state, "error": "<script>"})
    assert denied.status_code == 403
    assert "script>" not in denied.text.replace("<script src", "")
    assert SESSION not in browser.cookies
    for wrong in ("", "x" * 43, "é" * 43):
        assert browser.get("/launch/callback", params={"state": wrong, "code": "x"}).status_code == 400


@pytest.mark.parametrize("path", ["/auth/token", "/fhir/Patient", "/fhir/Observation"])
@pytest.mark.parametrize("fault", [Fault.STATUS, Fault.MALFORMED, Fault.REDIRECT, Fault.HTML, Fault.HUGE])
def test_an_ehr_in_trouble_opens_nothing(
    here: Clinic, browser: httpx.Client, path: str, fault: Fault
) -> None:
    here.ehr.faults.order(Order(fault, path))
    assert here.opened(browser, "oak").status_code == 502
    assert SESSION not in browser.cookies


@pytest.mark.parametrize("path", ["/jwks", "/fhir/.well-known"])
def test_an_ehr_whose_keys_or_addresses_cannot_be_had_opens_nothing(
    servers: Servers, tmp_path: Path, path: str
) -> None:
    with clinic(servers, tmp_path) as here, here.browser() as browser:
        here.ehr.faults.order(Order(Fault.STATUS, path))
        sent = here.sent(browser, "oak")
        answer = browser.get(here.signed_in(sent)) if sent.status_code == 303 else sent
        assert answer.status_code == 502
        assert SESSION not in browser.cookies


@pytest.mark.parametrize("algorithm", ["RS384", "ES384"])
def test_an_ehr_may_sign_who_signed_in_with_what_smart_has_for_clients(
    servers: Servers, tmp_path: Path, algorithm: str
) -> None:
    with clinic(servers, tmp_path) as here, here.browser() as browser:
        here.ehr.id_token_key = new_key(algorithm)
        assert here.opened(browser, TOO_LITTLE_KNOWN).status_code == 303  # of whom nothing is asked


def test_an_address_begins_so_many_launches_and_those_that_ended_are_taken_away(
    servers: Servers, tmp_path: Path, database: Database
) -> None:
    database.execute("UPDATE ehr_launches SET expires_at = now()")
    with clinic(servers, tmp_path, launches_per_minute=3) as here, here.browser() as browser:
        assert [here.sent(browser, "oak").status_code for _ in range(3)] == [303] * 3
        refused = here.sent(browser, "oak")
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert database.execute("SELECT count(*) FROM ehr_launches").fetchone() == (3,)


def test_a_session_is_of_one_patient_and_signs_with_the_clinician_s_name(
    here: Clinic, browser: httpx.Client, database: Database
) -> None:
    here.opened(browser, "elm")
    assert browser.get("/patients/oak/interventions").status_code == 404
    assert browser.get("/").status_code == 403
    kept = database.execute("SELECT tenant, patient_id, name, octet_length(secret_sha256) FROM ehr_sessions")
    assert ("default", "elm", "Practitioner/mock-clinician", 32) in kept.fetchall()


def test_no_table_holds_a_secret_or_a_token(here: Clinic, browser: httpx.Client, database: Database) -> None:
    sent = here.sent(browser, "fir")
    state, browsers = query_of(sent.headers["location"])["state"], [*browser.cookies.values()]
    browser.get(here.signed_in(sent))
    secrets = [state, *browsers, *browser.cookies.values(), *here.ehr.grants.by_token]
    forms = {form for secret in secrets for form in _forms_of(secret)}
    tables = database.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    assert ("ehr_sessions",) in tables
    for (table,) in tables:
        rows = database.execute(SQL("SELECT t::text FROM {} t").format(Identifier(table))).fetchall()
        text = str(rows)
        assert not any(form in text for form in forms), table


async def test_whom_an_ehr_told_too_little_of_can_be_erased(
    here: Clinic, browser: httpx.Client, database: Database, record: AppDatabase, cache: Cache
) -> None:
    here.opened(browser, TOO_LITTLE_KNOWN)
    mine = "SELECT count(*) FROM ehr_sessions WHERE patient_id = %s"
    assert database.execute(mine, [TOO_LITTLE_KNOWN]).fetchone() != (0,)
    pseudonym = database.execute(
        "SELECT pseudonym FROM patients WHERE id = %s", [TOO_LITTLE_KNOWN]
    ).fetchone()
    assert pseudonym is not None
    own = record.of(Caller.service("default", "test"))
    erased = await erase_patient(own, cache, TOO_LITTLE_KNOWN, None)
    assert erased.pseudonym == pseudonym[0]
    assert database.execute(mine, [TOO_LITTLE_KNOWN]).fetchone() == (0,)
    read = "SELECT count(*) FROM audit_events WHERE patient = %s AND action = 'read' AND entity = 'patient'"
    assert database.execute(read, [pseudonym[0]]).fetchone() != (0,)


def _forms_of(secret: str) -> set[str]:
    """A secret as it may stand in a column: as text, or as bytes, which are told in hexadecimal digits."""
    forms = {secret, secret.encode().hex()}
    with suppress(ValueError):
        forms.add(urlsafe_b64decode(secret + "=" * (-len(secret) % 4)).hex())
    return {form for form in forms if len(form) >= 16}


def test_a_session_ends_when_it_is_ended(here: Clinic, browser: httpx.Client) -> None:
    here.opened(browser, "oak")
    kept = dict(browser.cookies)
    assert browser.get("/models").status_code == 200
    ended = browser.post("/launch/end", headers=SAME_SITE)
    assert (ended.status_code, SESSION in browser.cookies) == (200, False)
    with here.browser() as again:
        again.cookies.update(kept)
        refused = again.get("/models")
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"] == "Bearer"
        assert "has ended" in refused.text


def test_a_browser_has_one_session_at_a_time(here: Clinic, browser: httpx.Client) -> None:
    here.opened(browser, "oak")
    first = dict(browser.cookies)
    here.opened(browser, "elm")
    assert browser.get("/patients/oak/interventions").status_code == 404
    with here.browser() as again:
        again.cookies.update(first)
        assert again.get("/patients/oak/interventions").status_code == 401


def test_a_session_ends_by_itself(here: Clinic, browser: httpx.Client, database: Database) -> None:
    here.opened(browser, "ash")
    database.execute("UPDATE ehr_sessions SET expires_at = now() WHERE patient_id = 'ash'")
    assert browser.get("/models").status_code == 401
    assert SESSION not in browser.cookies
    with here.browser() as other:
        here.opened(other, "oak")
    kept = database.execute("SELECT 1 FROM ehr_sessions WHERE patient_id = 'ash'").fetchall()
    assert kept == []


def test_a_service_that_is_open_knows_a_session_too(servers: Servers, tmp_path: Path) -> None:
    with clinic(servers, tmp_path, api_keys=False) as here, here.browser() as browser:
        here.opened(browser, "oak")
        assert browser.get("/").status_code == 403
        browser.post("/launch/end", headers=SAME_SITE)
        assert browser.get("/").status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://ehr.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 422),
    ],
)
def test_a_form_that_a_session_sends_must_be_ours(
    here: Clinic, browser: httpx.Client, headers: dict[str, str], status: int
) -> None:
    here.opened(browser, "oak")
    sent = browser.post("/patients/oak/interventions", data={"value.age": "x"}, headers=HTML | headers)
    assert sent.status_code == status


def test_public_keys_are_published_and_no_private_part(here: Clinic, browser: httpx.Client) -> None:
    (*keys,) = browser.get("/.well-known/jwks.json", headers={"Accept": "application/json"}).json()["keys"]
    assert len(keys) == 2
    assert all("d" not in key and key["use"] == "sig" and key["kid"] for key in keys)
