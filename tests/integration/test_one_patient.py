"""Who may see one patient alone sees nothing of another: by every route, in every way one can be named."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest

import app.faces.http.auth
from app.identity.policy import POLICY, Everybody
from app.identity.smart_client.secrets import digest_of as hashed
from app.identity.smart_client.secrets import new_secret
from tests.asking import Person
from tests.integration.answers import Json, found
from tests.integration.audits import events_of, pseudonym_of
from tests.integration.pages import HTML
from tests.integration.routes_by_id import routes
from tests.integration.serving import Servers, connect, http_client
from tests.integration.two_tenants import (
    MARK,
    Database,
    Ids,
    client_of_tenant,
    digest_of,
    everything_of,
    gateway_of_tenants,
    secrets_of,
)

EVERY = routes({})
CALLS = [(method, template, n) for (method, template), calls in EVERY.items() for n in range(len(calls))]
SHARED = frozenset(route for route, need in POLICY.items() if isinstance(need, Everybody))
"""What is of no patient: it tells nothing of one."""


@contextmanager
def record_alone() -> Iterator[None]:
    """The door lets everything through: what is left is the record's own wall."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app.faces.http.auth, "check_patient", lambda *_: None)
        yield


WALLS: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "door and record": nullcontext,
    "the record alone": record_alone,
}


@pytest.fixture(scope="module", params=[*WALLS])
def wall(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def url(servers: Servers, wall: str) -> Iterator[str]:
    with WALLS[wall](), gateway_of_tenants(servers) as url:
        yield url


@pytest.fixture(scope="module")
def rows(servers: Servers) -> Iterator[Database]:
    with connect(servers.database_url) as connection:
        yield connection


@pytest.fixture(scope="module")
def tenant(url: str) -> str:
    return f"a-{uuid4()}"


@pytest.fixture(scope="module")
def features(helpable: Person) -> Json:
    return dict(helpable)


@pytest.fixture(scope="module")
def theirs(url: str, rows: Database, tenant: str, features: Json) -> Iterator[Ids]:
    """All that the tenant has of another patient."""
    with client_of_tenant(url, rows, tenant) as client:
        question = {"patient_id": f"{MARK}-{uuid4()}", "features": features, "generator": "search"}
        yield everything_of(client, rows, tenant, question)
    rows.execute("UPDATE augmentations SET state = 'cancelled' WHERE tenant = %s", [tenant])


@pytest.fixture(scope="module")
def secrets(rows: Database, tenant: str, theirs: Ids) -> set[str]:
    return secrets_of(rows, tenant) | {MARK}


@pytest.fixture(scope="module")
def own(url: str, rows: Database, tenant: str, features: Json, secrets: set[str]) -> Json:
    """An answer about the patient whom the session is of."""
    with client_of_tenant(url, rows, tenant) as client:
        return found(client, {"patient_id": f"own-{uuid4()}", "features": features, "generator": "search"})


@pytest.fixture
def session(url: str, rows: Database, tenant: str, own: Json) -> Iterator[httpx.Client]:
    """A browser with a session of that patient's."""
    secret = new_secret()
    ends = datetime.now(UTC) + timedelta(hours=1)
    rows.execute(
        "INSERT INTO ehr_sessions (secret_sha256, tenant, patient_id, name, server, expires_at)"
        " VALUES (%s, %s, %s, 'Dr Okoye', 'mock', %s)",
        [hashed(secret), tenant, own["patient_id"], ends],
    )
    with http_client(url, headers={"Sec-Fetch-Site": "same-origin"}) as client:
        client.cookies.set("turnpoint-session", secret)
        yield client


@pytest.mark.parametrize(("method", "template", "number"), CALLS)
def test_what_is_of_another_patient_is_not_there(
    wall: str,
    method: str,
    template: str,
    number: int,
    session: httpx.Client,
    rows: Database,
    tenant: str,
    theirs: Ids,
    features: Json,
    secrets: set[str],
) -> None:
    call = routes(features)[method, template][number]
    before = digest_of(rows, tenant)
    reply = session.request(method, call.address(theirs), **call.request(theirs))
    told = reply.text.replace(reply.headers["x-correlation-id"], "").replace(theirs.patient, "")
    assert not [one for one in secrets if one in told]
    if wall == "door and record" and (method, template) not in SHARED:
        assert reply.status_code in (403, 404), reply.text
    if not reply.is_success:
        after = digest_of(rows, tenant)
        kept = {"audit_events", "audit_heads"}  # refusals are on record
        assert {name: one for name, one in after.items() if name not in kept} == {
            name: one for name, one in before.items() if name not in kept
        }


def test_the_patient_s_own_page_and_answers_are_open(session: httpx.Client, own: Json) -> None:
    patient = own["patient_id"]
    assert session.get(f"/patients/{patient}/interventions", headers=HTML).status_code == 200
    assert session.get(f"/counterfactuals/{own['id']}").json()["id"] == own["id"]
    (listed,) = session.get(f"/patients/{patient}/interventions").json()["answers"]
    assert listed["id"] == own["id"]


def test_what_a_session_says_is_signed_with_its_name(
    session: httpx.Client, own: Json, rows: Database
) -> None:
    verdict = {"counterfactual_id": own["counterfactuals"][0]["id"], "verdict": "accepted"}
    said = session.post(f"/counterfactuals/{own['id']}/feedback", json=verdict)
    assert said.json()["given_by"] == "Dr Okoye"
    (event, *_) = events_of(rows, said.headers["x-correlation-id"])
    assert (event["actor"], event["actor_kind"], event["actor_source"]) == ("Dr Okoye", "person", "launch")
    pretended = session.post(
        f"/counterfactuals/{own['id']}/feedback", json=verdict, headers={"X-On-Behalf-Of": "Dr Else"}
    )
    assert pretended.status_code == 403


def test_a_question_names_its_own_patient(session: httpx.Client, own: Json, features: Json) -> None:
    question = {"patient_id": own["patient_id"], "features": features, "generator": "search", "count": 1}
    assert session.post("/counterfactuals", json=question).status_code == 200
    other = session.post("/counterfactuals", json=question | {"patient_id": "somebody-else"})
    assert other.status_code == 404


@pytest.mark.parametrize("wall", ["door and record"], indirect=True, scope="module")
def test_a_refusal_is_on_record_with_whom_it_was_about(
    session: httpx.Client, theirs: Ids, rows: Database
) -> None:
    refused = session.get(f"/patients/{theirs.patient}/plans")
    (event,) = events_of(rows, refused.headers["x-correlation-id"])
    assert (event["outcome"], event["actor"]) == ("not_found", "Dr Okoye")
    assert event["patient"] == pseudonym_of(rows, theirs.patient)
