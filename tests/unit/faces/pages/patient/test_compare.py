"""Options side by side: each where it changes something, blank where it does not."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.schema import FeatureSchema
from app.engine.registry import ServedModel
from app.faces.pages.patient.views.compare import Way, rows_of
from tests.asking import Person
from tests.unit.faces.answers import MODELS, a_person, brought_along, change, option, row_of
from tests.unit.faces.pages.patient.contexts import context, recorded

SLEEP, ENERGY = change("sleep", 5.0, 6.0, "h"), change("energy", 2800.0, 2300.0, "kcal")
BMI, WEIGHT = change("bmi", 31.0, 29.0, "kg/m²"), change("weight", 95.0, 89.0, "kg")
SOMEBODY = a_person(MODELS[0])


def test_a_blank_is_where_an_option_leaves_a_feature(served: ServedModel, helpable: Person) -> None:
    row = recorded(served, helpable, option(1, SLEEP), option(2, ENERGY), option(3, ENERGY, SLEEP))
    shown = {one.label: [cell is not None for cell in one.options] for one in rows_of(context(row, served))}
    assert shown == {"Sleep": [True, False, True], "Energy": [False, True, True]}


def test_what_moves_along_stands_below_what_moves_it(
    served: ServedModel, schema: FeatureSchema, helpable: Person
) -> None:
    driver = schema.link_of["weight"].driver
    assert driver == "bmi"
    row = recorded(served, helpable, option(1, SLEEP), option(2, BMI, linked=(WEIGHT,)))
    found = [(one.label, one.way) for one in rows_of(context(row, served))]
    assert found == [("Bmi", Way.CHANGED), ("Weight", Way.LINKED), ("Sleep", Way.CHANGED)]


def test_what_follows_on_average_stands_last_and_is_no_change(served: ServedModel, helpable: Person) -> None:
    bmi = brought_along("bmi", 31.0, 30.5, "kg/m²", drivers=["moderate_activity"])
    pulse = brought_along("pulse", 76, 74, "beats/min", drivers=["moderate_activity"])
    activity = change("moderate_activity", False, True)
    row = recorded(served, helpable, option(1, BMI), option(2, activity, brought_along=[pulse, bmi]))
    rows = rows_of(context(row, served))
    assert [(one.label, one.way) for one in rows] == [
        ("Bmi", Way.CHANGED),
        ("Moderate activity", Way.CHANGED),
        ("Pulse", Way.FOLLOWS),
    ]
    assert [cell and cell.is_changed for cell in rows[0].options] == [True, False]


@given(st.lists(st.sets(st.sampled_from(["sleep", "energy", "sugar", "fibre"])), min_size=1, max_size=6))
def test_every_row_has_a_cell_for_each_option_and_none_is_empty(moved: list[set[str]]) -> None:
    options = [
        option(rank, *(change(name, 1.0, 2.0) for name in sorted(names)))
        for rank, names in enumerate(moved, 1)
    ]
    rows = rows_of(context(row_of(MODELS[0], SOMEBODY, *options), None))
    assert {one.label.lower() for one in rows} == set().union(*moved)
    assert all(len(one.options) == len(moved) and any(one.options) for one in rows)
