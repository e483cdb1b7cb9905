"""Two tenants at one gateway: callers of each, and all that a tenant can have on record."""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
from psycopg.types.json import Jsonb

from app.identity.keys import new_key
from app.storage.row_security import NOT_OF_TENANTS
from app.storage.tables import Base
from tests.integration.answers import Json, found
from tests.integration.planning import made, today
from tests.integration.serving import Servers, gateway, http_client, settings_for

Database = psycopg.Connection[tuple[Any, ...]]
MARK = "of-tenant-a"
"""In every text that tenant A typed: nobody else is to read it."""
MODEL = "dysglycaemia"


@contextmanager
def gateway_of_tenants(servers: Servers, **changes: Any) -> Iterator[str]:
    """A gateway that knows callers by their keys: `client_of_tenant`."""
    with gateway(settings_for(servers, api_keys=True, **changes)) as url:
        yield url


@contextmanager
def client_of_tenant(url: str, database: Database, tenant: str) -> Iterator[httpx.Client]:
    """A person of a tenant's, with a key that opens everything."""
    key = new_key()
    database.execute(
        "INSERT INTO api_keys (id, tenant, name, kind, secret_sha256, scopes)"
        " VALUES (%s, %s, 'Dr Okoye', 'person', %s, '{admin}')",
        [key.id, tenant, key.digest],
    )
    with http_client(url, headers={"Authorization": f"Bearer {key.text}"}) as client:
        yield client


@dataclass(frozen=True, slots=True)
class Ids:
    """What stands in addresses and bodies for things of a tenant's."""

    patient: str
    pseudonym: str
    answer: str
    option: str
    verdict: str
    plan: str
    event: str
    preferences: str
    measurement: str
    job: str
    upload: str
    cursor: str
    key: str

    @classmethod
    def nobodys(cls, patient: str) -> "Ids":
        """Of things that nobody has, for a patient."""
        place = base64.urlsafe_b64encode(b"sn" + bytes(8) + uuid4().bytes).decode().rstrip("=")
        ids = {name: str(uuid4()) for name in cls.__slots__}
        return cls(**ids | {"patient": patient, "cursor": place})


def everything_of(client: httpx.Client, database: Database, tenant: str, question: Json) -> Ids:
    """One of each thing that can be on record, of one tenant's patient; every text has the mark."""
    answer = found(client, question)
    patient, option = answer["patient_id"], answer["counterfactuals"][0]
    plan = made(client, answer, option, name=f"Plan {MARK}", note=f"Note {MARK}")
    page = client.get(f"/patients/{patient}/interventions").raise_for_status().json()
    said = {"model": MODEL, "codes": [], "features_to_keep": ["bmi"]}
    told = client.put(f"/patients/{patient}/preferences", json=said).raise_for_status().json()
    value = {"model": MODEL, "measured_on": today().isoformat(), "value": 6.1}
    measured = client.post(f"/patients/{patient}/measurements", json=value).raise_for_status().json()
    table = ",".join(question["features"]) + ",own\n" + _row(question["features"]) + f",{MARK}\n"
    uploaded = client.post(
        "/augmentations/uploads",
        params={"id_column": "own"},
        content=table,
        headers={"Content-Type": "text/csv"},
    )
    upload = uploaded.raise_for_status().json()["id"]
    key = f"key-{uuid4()}"
    wanted = {"target_label": "low", "generator": "search", "source": {"kind": "upload", "upload_id": upload}}
    taken = client.post("/augmentations", json=wanted, headers={"Idempotency-Key": key})
    job = taken.raise_for_status().json()["id"]
    _finish(database, UUID(job), tenant, question["features"])
    return Ids(
        patient=patient,
        pseudonym=_pseudonym(database, tenant, patient),
        answer=answer["id"],
        option=option["id"],
        verdict=page["feedback"][0]["id"],
        plan=plan["id"],
        event=plan["standing_event"],
        preferences=told["id"],
        measurement=measured["id"],
        job=job,
        upload=upload,
        cursor=_cursor(database, answer["id"]),
        key=key,
    )


def _pseudonym(database: Database, tenant: str, patient: str) -> str:
    mine = "SELECT pseudonym::text FROM patients WHERE tenant = %s AND id = %s"
    found = database.execute(mine, [tenant, patient]).fetchone()
    assert found is not None
    return str(found[0])


def _row(features: Mapping[str, Any]) -> str:
    return ",".join("" if value is None else str(value).lower() for value in features.values())


def _finish(database: Database, job: UUID, tenant: str, features: Json) -> None:
    """As a worker leaves it, by hand: rows, report and all."""
    database.execute(
        "INSERT INTO augmented_rows (tenant, job_id, source_row, source_id, rank, chunk, features,"
        " fingerprint, risk, neighbour_distance, nearest_real_distance, generator)"
        " VALUES (%s, %s, 0, %s, 1, 0, %s, 'f', 0.4, 1, 1, 'search')",
        [tenant, job, MARK, Jsonb(features)],
    )
    database.execute(
        "UPDATE augmentations SET state = 'completed', started_at = created_at, finished_at = now(),"
        " report = %s, page = %s, card = %s WHERE id = %s",
        [Jsonb({"note": MARK}), f"<p>{MARK}</p>", f"# {MARK}", job],
    )
    database.execute("UPDATE augmentation_chunks SET is_done = true, accepted = 1 WHERE job_id = %s", [job])


def _cursor(database: Database, answer: str) -> str:
    """Where the worklist goes on behind the answer's line."""
    found = database.execute("SELECT place FROM worklist WHERE answer_id = %s", [answer]).fetchone()
    assert found is not None
    packed = b"sn" + (2**62 // 10**6).to_bytes(8) + found[0].bytes
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def secrets_of(database: Database, tenant: str) -> set[str]:
    """Every id and pseudonym in a tenant's rows."""
    found = set()
    for name, table in Base.metadata.tables.items():
        if name in NOT_OF_TENANTS:
            continue
        for column in table.c:
            if column.type.python_type is UUID:
                ids = database.execute(f"SELECT {column.name} FROM {name} WHERE tenant = %s", [tenant])
                found |= {str(row[0]) for row in ids if row[0] is not None}
    return found


def digest_of(database: Database, tenant: str) -> dict[str, str]:
    """Of each table a digest of all rows that a tenant has; of the queue that of all its tasks."""
    queries = {
        name: f"SELECT r::text FROM {name} AS r WHERE tenant = '{tenant}' ORDER BY 1"
        for name, table in Base.metadata.tables.items()
        if name not in NOT_OF_TENANTS
    }
    queries["queue"] = (
        f"SELECT j::text FROM queue.procrastinate_jobs AS j WHERE args ->> 'tenant' = '{tenant}' ORDER BY 1"
    )
    return {name: _digest(database, query) for name, query in queries.items()}


def _digest(database: Database, query: str) -> str:
    rows = database.execute(query).fetchall()
    return f"{len(rows)}:{hashlib.sha256(repr(rows).encode()).hexdigest()}"
