"""A result that came from a resource follows it; what was entered or taken back by hand stays."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.domain.ids import uuid7
from app.ingest.fhir.record import EhrResults, MeasuredResult, Origin
from app.storage.consultation_tables import MeasurementRow
from app.usecases.measurements.changes import Changes
from app.usecases.measurements.standing import standing_result

DAY, LATER = date(2026, 5, 1), date(2026, 6, 1)
RECORDED = datetime(2026, 7, 1, tzinfo=UTC)
OWN, OTHER = "Observation/1", "Observation/2"


def result(value: float, day: date = DAY, reference: str | None = OWN) -> MeasuredResult:
    return MeasuredResult(
        value=value, unit="%", measured_on=day, reference=reference, has_outcome=value >= 5.7
    )


def told(*each: MeasuredResult, retracted: str | None = None, at: datetime | None = None) -> EhrResults:
    return EhrResults(
        chosen=max(each, key=lambda one: one.measured_on, default=None),
        each=each,
        retracted=frozenset({retracted} if retracted else ()),
        updated={one.reference: at for one in each if at and one.reference},
    )


class Record:
    def __init__(self) -> None:
        self.rows: list[MeasurementRow] = []

    def take(self, results: EhrResults) -> list[str]:
        changes = Changes("p", "m", "HbA1c", None, list(self.rows))
        changes.take(results)
        for row in changes.added:
            row.created_at = RECORDED
        self.rows = changes.rows
        return [one.reason.value for one in changes.left]

    def enter(self, value: float, replaces: MeasurementRow | None, withdrawn: bool = False) -> None:
        self.rows.append(
            MeasurementRow(
                id=uuid7(),
                measured_on=DAY,
                value=value,
                has_outcome=value >= 5.7,
                is_withdrawn=withdrawn,
                source=Origin.GIVEN,
                replaces=replaces.id if replaces else None,
            )
        )

    @property
    def stands(self) -> tuple[float | None, date] | None:
        row = standing_result(self.rows)
        return (row.value, row.measured_on) if row else None


@pytest.fixture
def record() -> Record:
    own = Record()
    own.take(told(result(7.5)))
    return own


def test_the_same_again_adds_nothing(record: Record) -> None:
    assert record.take(told(result(7.5))) == []
    assert len(record.rows) == 1


@pytest.mark.parametrize("corrected", [result(5.1), result(7.5, LATER), result(7.5, date(2020, 1, 1))])
def test_a_correction_takes_its_place(record: Record, corrected: MeasuredResult) -> None:
    for _ in range(2):
        record.take(told(corrected))
    assert record.stands == (corrected.value, corrected.measured_on)
    assert [row.replaces for row in record.rows] == [None, record.rows[0].id]


def test_a_retraction_takes_it_back(record: Record) -> None:
    for _ in range(2):
        record.take(told(retracted=OWN))
    assert record.stands is None
    assert len(record.rows) == 2
    assert record.rows[1].is_withdrawn
    record.take(told(retracted=OTHER))
    assert len(record.rows) == 2


def test_an_older_version_that_comes_late_changes_nothing(record: Record) -> None:
    record.take(told(result(5.1)))
    assert record.take(told(result(7.5))) == ["on_record"]
    assert record.stands == (5.1, DAY)
    record.take(told(result(7.5), at=RECORDED - timedelta(1)))
    assert record.stands == (5.1, DAY)
    record.take(told(result(7.5), at=RECORDED + timedelta(1)))
    assert record.stands == (7.5, DAY)


def test_a_retraction_may_be_undone_by_a_newer_version(record: Record) -> None:
    record.take(told(retracted=OWN))
    assert record.take(told(result(7.5))) == ["on_record"]
    record.take(told(result(7.5), at=RECORDED + timedelta(1)))
    assert record.stands == (7.5, DAY)


def test_what_was_done_by_hand_stays(record: Record) -> None:
    first = record.rows[0]
    record.enter(6.0, first)
    for results in (told(result(7.5)), told(result(5.0)), told(retracted=OWN)):
        record.take(results)
    assert record.stands == (6.0, DAY)
    assert record.take(told(result(5.0))) == ["on_record"]


def test_what_was_taken_back_by_hand_comes_back_only_with_another_value(record: Record) -> None:
    record.enter(7.5, record.rows[0], withdrawn=True)
    assert record.take(told(result(7.5), at=RECORDED + timedelta(1))) == ["on_record"]
    assert record.stands is None
    record.take(told(result(5.9)))
    assert record.stands == (5.9, DAY)


def test_two_resources_of_one_day(record: Record) -> None:
    lower, higher = result(5.1, reference=OTHER), result(8.0, reference=OTHER)
    assert record.take(told(lower)) == ["on_record"]
    assert record.stands == (7.5, DAY)
    record.take(told(higher))
    assert record.stands == (8.0, DAY)
    record.take(told(result(7.5), retracted=OTHER))
    assert record.stands == (7.5, DAY)


def test_a_bundle_with_both_says_which_is_later(record: Record) -> None:
    lower = result(5.1, reference=OTHER)
    record.take(EhrResults(chosen=lower, each=(result(7.5), lower)))
    assert record.stands == (5.1, DAY)
    assert record.take(told(result(7.5))) == []


def test_results_that_no_id_tells_apart_are_not_of_one_bundle() -> None:
    nameless = Record()
    nameless.take(told(result(7.5, reference=None)))
    assert nameless.take(told(result(5.1, reference=None))) == ["on_record"]
    assert nameless.stands == (7.5, DAY)
