"""Of results with corrections, the newest measured one that was not taken back stands, in whatever order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.storage.consultation_tables import MeasurementRow
from app.usecases.measurements.standing import (
    Status,
    current_results,
    last_of_chain,
    said_already,
    standing_result,
    statuses_of,
)

FIRST = date(2020, 1, 1)


@dataclass(frozen=True)
class Said:
    """One row of a chain: on which day it was measured, and whether it takes back what it replaces."""

    day: int
    withdrawn: bool


CHAINS = st.lists(
    st.lists(st.builds(Said, st.integers(0, 900), st.booleans()), min_size=1, max_size=5), max_size=5
)
RANDOM = st.randoms(use_true_random=False)


def rows_of(chains: Sequence[Sequence[Said]], random: Random) -> list[list[MeasurementRow]]:
    """The first row of a chain replaces nothing, each other one the one before it; ids tell no order."""
    numbers = iter(random.sample(range(1, 1000), 50))
    made = []
    for chain in chains:
        rows: list[MeasurementRow] = []
        for said in chain:
            row = MeasurementRow(
                id=UUID(int=next(numbers)),
                measured_on=FIRST + timedelta(said.day),
                value=5.0 + said.day / 100,
                has_outcome=said.day > 70,
                is_withdrawn=said.withdrawn and bool(rows),
                replaces=rows[-1].id if rows else None,
            )
            rows.append(row)
        made.append(rows)
    return made


def mixed(chains: Sequence[Sequence[MeasurementRow]], random: Random) -> list[MeasurementRow]:
    rows = [row for chain in chains for row in chain]
    random.shuffle(rows)
    return rows


@given(CHAINS, RANDOM)
def test_the_newest_end_of_a_chain_stands(chains: list[list[Said]], random: Random) -> None:
    made = rows_of(chains, random)
    ends = [chain[-1] for chain in made if not chain[-1].is_withdrawn]
    rows = mixed(made, random)
    assert {row.id for row in current_results(rows)} == {row.id for row in ends}
    stands = standing_result(rows)
    assert (stands is None) == (not ends)
    assert stands is None or stands.measured_on == max(row.measured_on for row in ends)
    for chain in made:
        assert all(last_of_chain(rows, row) is chain[-1] for row in chain)


@given(CHAINS, RANDOM)
def test_each_row_has_one_status(chains: list[list[Said]], random: Random) -> None:
    made = rows_of(chains, random)
    rows = mixed(made, random)
    statuses = statuses_of(rows)
    stands = standing_result(rows)
    assert list(statuses.values()).count(Status.STANDS) == (stands is not None)
    for chain in made:
        assert all(statuses[row.id] is Status.REPLACED for row in chain[:-1])
        last = statuses[chain[-1].id]
        assert last is not Status.REPLACED
        assert (last is Status.WITHDRAWN) == chain[-1].is_withdrawn


@given(CHAINS, RANDOM)
def test_the_newest_row_to_be_taken_back_leaves_the_one_before(
    chains: list[list[Said]], random: Random
) -> None:
    rows = mixed(rows_of(chains, random), random)
    current = current_results(rows)
    for before in range(len(current)):
        assert standing_result(rows) is current[before]
        gone = current[before]
        rows.append(
            MeasurementRow(
                id=UUID(int=2000 + before),
                measured_on=gone.measured_on,
                value=gone.value,
                has_outcome=gone.has_outcome,
                is_withdrawn=True,
                replaces=gone.id,
            )
        )
    assert standing_result(rows) is None


@given(CHAINS, RANDOM)
def test_the_same_again_is_said_already_and_nothing_else_is(chains: list[list[Said]], random: Random) -> None:
    made = rows_of(chains, random)
    rows = mixed(made, random)
    for chain in made:
        last = chain[-1]
        again = MeasurementRow(
            measured_on=last.measured_on,
            value=last.value,
            has_outcome=last.has_outcome,
            is_withdrawn=last.is_withdrawn,
            replaces=last.replaces,
        )
        said = said_already(rows, again)
        assert said is not None
        assert (said.measured_on, said.value) == (last.measured_on, last.value)
        again.value = 4.0
        assert said_already(rows, again) is None
