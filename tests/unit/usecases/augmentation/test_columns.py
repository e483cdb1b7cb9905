"""Which column is which does not depend on where it stands."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from app.domain.schema import FeatureSchema
from app.usecases.augmentation.columns import Others, raw_row, read_columns
from tests.asking import Person

OTHERS = Others("mine", frozenset({"site", "ward"}))


@given(random=st.randoms(use_true_random=False))
def test_a_table_may_have_its_columns_in_any_order(
    schema: FeatureSchema, held_out: list[Person], random: Random
) -> None:
    person = random.choice(held_out[:50])
    row = {**person, "mine": "007", "site": "x", "ward": 3}
    names = random.sample(list(row), len(row))
    columns = read_columns(names, schema, OTHERS)
    read = columns.row(4, 5, [row[name] for name in names])
    assert (read.number, read.line, read.source_id, read.faults) == (4, 5, "007", [])
    assert read.values == person
    assert read.values == raw_row(4, row, OTHERS).values
    assert {names[place] for place in columns.places} == {*person, "mine"}
