"""A hash covers every field of an event, its place, and all that came before it."""

import hashlib
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.audit.chain import COVERED, START, canonical, hash_after
from app.storage.audit_tables import AuditEventRow


@dataclass(frozen=True)
class Row:
    """An event as the database has it."""

    tenant: str
    seq: int
    id: UUID
    at: datetime
    actor: str
    actor_kind: str
    actor_source: str
    on_behalf_of: str | None
    action: str
    entity: str
    entity_id: UUID | None
    patient: UUID | None
    answer_id: UUID | None
    route: str
    outcome: str
    correlation_id: str
    request_id: str | None
    address: str | None
    detail: str | None


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
MAYBE = st.none() | TEXT
VALUES: dict[str, st.SearchStrategy[Any]] = {
    **{one.name: TEXT for one in fields(Row)},
    **dict.fromkeys(("on_behalf_of", "request_id", "address", "detail"), MAYBE),
    **dict.fromkeys(("entity_id", "patient", "answer_id"), st.none() | st.uuids()),
    "id": st.uuids(),
    "seq": st.integers(1, 2**63 - 1),
    "at": st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),
}
ROWS = st.builds(Row, **VALUES)
HASHES = st.binary(min_size=32, max_size=32) | st.just(START)


def test_all_but_the_hash_is_covered() -> None:
    assert set(COVERED) == set(AuditEventRow.__table__.columns.keys()) - {"hash"}
    assert [one.name for one in fields(Row)] == list(COVERED)


@given(row=ROWS, previous=HASHES, name=st.sampled_from(COVERED), data=st.data())
def test_a_change_of_any_field_changes_the_hash(
    row: Row, previous: bytes, name: str, data: st.DataObject
) -> None:
    other = data.draw(VALUES[name].filter(lambda value: value != getattr(row, name)))
    changed = replace(row, **{name: other})
    assert hash_after(previous, changed) != hash_after(previous, row)


@given(row=ROWS, previous=HASHES, other=HASHES)
def test_the_hash_before_is_covered(row: Row, previous: bytes, other: bytes) -> None:
    assert (hash_after(previous, row) == hash_after(other, row)) is (previous == other)


@given(one=st.lists(MAYBE, max_size=4), other=st.lists(MAYBE, max_size=4))
def test_no_two_rows_are_written_alike(one: list[str | None], other: list[str | None]) -> None:
    assert (canonical(one) == canonical(other)) is (one == other)


@pytest.mark.parametrize(
    ("fields", "written"),
    [
        (["a", None, ""], b"1:a,-,0:"),
        (["-"], b"1:-"),
        (["1:a,1:b"], b"7:1:a,1:b"),
        (["\u00e4"], b"2:\xc3\xa4"),
    ],
)
def test_fields_stand_behind_their_lengths_in_bytes(fields: list[str | None], written: bytes) -> None:
    """So it is described in docs/audit.md, for whoever checks by other means."""
    assert canonical(fields) == written


def test_a_time_is_counted_in_microseconds_wherever_it_is_read() -> None:
    row = Row(*["x"] * len(COVERED))  # type: ignore[arg-type]
    at = datetime(2026, 11, 29, 6, 30, 0, 7, tzinfo=UTC)
    elsewhere = at.astimezone(timezone(timedelta(hours=-5)))
    assert hash_after(START, replace(row, at=at)) == hash_after(START, replace(row, at=elsewhere))
    written = ",".join(["1:x"] * 3 + ["16:1795933800000007"] + ["1:x"] * 15).encode()
    assert hash_after(START, replace(row, at=at)) == hashlib.sha256(written).digest()
