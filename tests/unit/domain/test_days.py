"""Days beside a question: how they are read, and what a change asks for in them."""

from datetime import date, timedelta
from random import Random
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.counterfactual import Change
from app.domain.days import Day, read_days
from app.domain.effort_in_days import held_against
from app.domain.errors import InvalidInputError
from app.domain.feature import Category, Kind
from app.domain.schema import FeatureSchema, Value
from app.domain.wording import number

FIRST = date(2026, 3, 1)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def changed(schema: FeatureSchema, name: str, before: Value, after: Value) -> Change:
    feature = schema[name]
    delta = float(after) - float(before) if feature.is_numeric else None  # type: ignore[arg-type]
    return Change(
        feature=name, label=feature.label, before=before, after=after, delta=delta, unit=feature.unit
    )


def days_of(name: str, values: list[Value]) -> list[Day]:
    return [Day(day(at), {} if one is None else {name: one}) for at, one in enumerate(values)]


def words(schema: FeatureSchema, name: str, change: tuple[Value, Value], values: list[Value]) -> str:
    return held_against(schema[name], changed(schema, name, *change), days_of(name, values)).words


def test_days_are_read_oldest_first_and_in_their_kinds(schema: FeatureSchema) -> None:
    told: list[tuple[date, dict[str, object]]] = [(day(1), {"sedentary": 300.0, "bmi": None}), (day(0), {})]
    assert read_days(schema, told) == (Day(day(0), {}), Day(day(1), {"sedentary": 300}))


def test_every_fault_of_days_is_named_by_its_place_and_none_is_echoed(schema: FeatureSchema) -> None:
    told: list[tuple[date, dict[str, object]]] = [
        (day(0), {"bmi": 9999.25}),
        (day(0), {"sedentary": "Jane", "steps": 1}),
        (day(1), {"Jane Doe": 1}),
    ]
    with pytest.raises(InvalidInputError) as caught:
        read_days(schema, told)
    faults = {one.pointer: one.detail for one in caught.value.issues}
    assert faults["/days/0/features/bmi"].startswith("must be between")
    assert faults["/days/1/date"] == "is the date of another day"
    assert faults["/days/1/features/sedentary"] == "must be a number"
    assert faults["/days/1/features/steps"] == "is not a feature of this model"
    assert faults["/days/2/features"] == "has a key that is not the name of a feature"
    assert not any(word in str(faults) for word in ("9999", "Jane"))


@pytest.mark.parametrize(
    ("change", "values", "said"),
    [
        (
            (480, 390),
            [300, 390, 450, 510, None],
            "390 min/day or less: on 2 of the 4 days with a value; on the other 2 some 90 min/day "
            "more (median); 1 more without a value.",
        ),
        ((480, 390), [300, 300], "390 min/day or less: on each of the 2 days told."),
        ((390, 480), [300, 300], "480 min/day or more: on none of the 2 days told; there some 180 min/day "),
        ((480, 390), [450], "390 min/day or less: not on the one day told; there some 60 min/day more."),
        ((480, 390), [390], "390 min/day or less: on the one day told."),
        (
            (480, 390),
            [391, 394],
            "390 min/day or less: on none of the 2 days told; there some 2 min/day more (median).",
        ),
        ((480, 390), [None, 300], "390 min/day or less: on the one day with a value; 1 more without"),
        ((480, 390), [None, None], "390 min/day or less: each of the 2 days told is without a value."),
    ],
)
def test_effort_in_words(
    schema: FeatureSchema, change: tuple[Value, Value], values: list[Value], said: str
) -> None:
    assert words(schema, "sedentary", change, values).startswith(said)


def test_a_difference_of_per_cents_is_one_of_percentage_points(schema: FeatureSchema) -> None:
    feature = schema["bmi"].model_copy(update={"unit": "%"})
    told = held_against(feature, changed(schema, "bmi", 84.0, 87.0), days_of("bmi", [84.1]))
    assert "not on the one day told; there some 2.9 percentage points less." in told.words


def test_of_what_is_no_number_days_have_it_or_not(schema: FeatureSchema) -> None:
    [name, *_] = [one.name for one in schema.features if one.kind is Kind.BOOLEAN]
    told = held_against(schema[name], changed(schema, name, False, True), days_of(name, [True, False, None]))
    assert (told.of, told.reached, told.unknown, told.median_lacking) == (2, 1, 1, None)
    assert "on 1 of the 2 days with a value; 1 more without" in told.words


def test_a_category_is_told_as_it_reads_within_a_sentence(schema: FeatureSchema) -> None:
    given_ = next(one for one in schema.features if one.kind is Kind.CATEGORY)
    value = given_.categories[0].value
    change = changed(schema, given_.name, None, value)
    for own, said in (
        (Category(value=value, label="Mediterranean"), f"{given_.label}, Mediterranean: on"),
        (Category(value=value, label="Every day", in_sentence="every day"), f"{given_.label}, every day: on"),
    ):
        feature = given_.model_copy(update={"categories": (own,)})
        assert held_against(feature, change, days_of(given_.name, [value])).words.startswith(said)


def test_values_count_as_they_are_told(schema: FeatureSchema) -> None:
    feature = schema["bmi"]
    told = held_against(feature, changed(schema, "bmi", 32.0, 30.0), days_of("bmi", [30.04, 30.06]))
    assert told.reached == 1
    assert told.median_lacking == pytest.approx(0.1)


@given(
    values=st.lists(st.none() | st.integers(0, 1000), min_size=1, max_size=62),
    ends=st.tuples(st.integers(0, 1000), st.integers(0, 1000)).filter(lambda both: both[0] != both[1]),
    order=st.randoms(use_true_random=False),
)
def test_laws_of_days(
    schema: FeatureSchema, values: list[int | None], ends: tuple[int, int], order: Random
) -> None:
    change, name = changed(schema, "sedentary", *ends), "sedentary"
    days = days_of(name, list(values))
    told = held_against(schema[name], change, days)
    sign = 1 if ends[1] > ends[0] else -1
    lacking = [gap for one in values if one is not None and (gap := sign * (ends[1] - one)) > 0]
    assert told.of + told.unknown == len(values)
    assert told.reached + len(lacking) == told.of
    assert told.median_lacking == (float(number(schema[name], median(lacking))) if lacking else None)
    shuffled = [*days]
    order.shuffle(shuffled)
    assert held_against(schema[name], change, shuffled) == told
    assert read_days(schema, [(one.date, one.values) for one in shuffled]) == tuple(days)
