"""People of an own table in the kinds of a schema that its owner has edited."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from app.domain.schema import FeatureSchema
from research.own_model.draft.drafting import draft_schema
from research.own_model.table.people import people_of
from research.training.errors import TrainingError
from tests.unit.research.own_model.tables import PEOPLE, accepted, column, plain, table_of


def edited(tmp_path: Path, columns: Mapping[str, Sequence[object]], *edits: tuple[str, str]) -> FeatureSchema:
    text = draft_schema(table_of(tmp_path, columns), "chd-risk", "coronary disease")
    for before, after in edits:
        assert before in text
        text = text.replace(before, after)
    return accepted(tmp_path, text)


def test_everybody_is_there_with_their_own_outcome(tmp_path: Path) -> None:
    columns = plain()
    table = table_of(tmp_path, columns)
    people, tally = people_of(edited(tmp_path, columns), table)

    assert [person.outcome for person in people] == [value == 1 for value in columns["chd"]]
    assert [person.values["age"] for person in people] == columns["age"]
    assert [person.values["smoking"] for person in people] == columns["smoking"]
    assert all(isinstance(person.values["age"], int) for person in people)
    assert not tally.dropped


def test_a_feature_may_have_another_name_as_long_as_its_label_is_the_columns(tmp_path: Path) -> None:
    schema = edited(tmp_path, plain(), ('name = "sbp"', 'name = "systolic"'))
    people, _ = people_of(schema, table_of(tmp_path, plain()))

    assert [person.values["systolic"] for person in people] == plain()["sbp"]


def test_columns_of_like_names_are_not_taken_for_one_another(tmp_path: Path) -> None:
    columns = plain() | {"Glucose (mg/dL)": column(90, 100, 110), "glucose": column(5, 6, 7)}
    schema = edited(tmp_path, columns)
    turned = dict(reversed(columns.items()))
    people, _ = people_of(schema, table_of(tmp_path, columns))
    again, _ = people_of(schema, table_of(tmp_path, turned))

    assert people[0].values["glucose"] == 5
    assert people[0].values["glucose_2"] == 90
    assert [person.values for person in people] == [person.values for person in again]


def test_two_features_of_one_column(tmp_path: Path) -> None:
    schema = edited(
        tmp_path,
        plain(),
        ('name = "age"\nlabel = "age"', 'name = "years"\nlabel = "sbp"'),
        ('name = "sbp"\nlabel = "sbp"', 'name = "sbp"\nlabel = "Pressure"'),
    )

    with pytest.raises(TrainingError, match='sbp and years would both be read from the column "sbp"'):
        people_of(schema, table_of(tmp_path, plain()))


def test_a_feature_without_a_column(tmp_path: Path) -> None:
    schema = edited(tmp_path, plain())
    other = {name: cells for name, cells in plain().items() if name != "sbp"}

    with pytest.raises(TrainingError, match=r'sbp is in task.toml.* columns are "age", "smoking"'):
        people_of(schema, table_of(tmp_path, other))


def test_a_feature_whose_column_was_left_out(tmp_path: Path) -> None:
    schema = edited(tmp_path, plain())

    with pytest.raises(
        TrainingError, match='sbp: the column "sbp" cannot be used: it says the same in every'
    ):
        people_of(schema, table_of(tmp_path, plain() | {"sbp": column(130)}))


def test_a_value_out_of_range_is_unknown_or_its_person_is_dropped(tmp_path: Path) -> None:
    columns = plain()
    columns["sbp"] = [900, *columns["sbp"][1:]]
    label = 'label = "sbp"\n'
    text = draft_schema(table_of(tmp_path, plain()), "chd-risk", "coronary disease")
    required = accepted(tmp_path, text)
    unknown = accepted(tmp_path, text.replace(label, label + 'missing = "unknown"\n'))
    table = table_of(tmp_path, columns)

    people, tally = people_of(unknown, table)
    assert len(people) == PEOPLE
    assert people[0].values["sbp"] is None
    assert tally.out_of_range == {"sbp": 1}
    people, tally = people_of(required, table)
    assert len(people) == PEOPLE - 1
    assert tally.dropped == {"sbp is missing": 1}


@pytest.mark.parametrize(
    ("cells", "other", "told"),
    [
        (column("1", "2", "3"), ["7.5", *column("1", "2", "3")[1:]], "holds fractions, the first in row 1"),
        (column("1", "2", "3"), column("low", "high"), "holds words, the first in row 1"),
        (
            column("yes", "no"),
            column("3", "4", "5"),
            "holds something else than yes and no, the first time in row 1",
        ),
        (
            column("a", "b"),
            ["b", "c", *column("a", "b")[2:]],
            'holds what is no category of it in task.toml (1): "c" from row 2',
        ),
    ],
)
def test_columns_that_are_not_what_the_schema_says(
    tmp_path: Path, cells: list[object], other: list[object], told: str
) -> None:
    schema = edited(tmp_path, plain() | {"x": cells})

    with pytest.raises(TrainingError) as error:
        people_of(schema, table_of(tmp_path, plain() | {"x": other}))
    assert f'x: the column "x" {told}' in str(error.value)


@pytest.mark.parametrize(("cells", "value"), [(column("yes", "no"), "yes"), (column("1", "0"), "1")])
def test_a_yes_or_no_may_be_a_category(tmp_path: Path, cells: list[object], value: str) -> None:
    kind = (
        'label = "x"\ngroup = "features"\nkind = "boolean"\nrisk = "free"\n',
        'label = "x"\ngroup = "features"\nkind = "category"\n'
        f'categories = [{{ value = "{cells[0]}", label = "with" }}, '
        f'{{ value = "{cells[1]}", label = "without" }}]\n',
    )
    schema = edited(tmp_path, plain() | {"x": cells}, kind)
    people, _ = people_of(schema, table_of(tmp_path, plain() | {"x": cells}))

    assert people[0].values["x"] == value


def test_a_yes_or_no_may_be_a_number(tmp_path: Path) -> None:
    kind = (
        'label = "x"\ngroup = "features"\nkind = "boolean"\n',
        'label = "x"\ngroup = "features"\nkind = "integer"\nclinical = [0, 9]\nobserved = [0, 1]\n',
    )
    columns = plain() | {"x": column("1", "0", "1")}
    people, _ = people_of(edited(tmp_path, columns, kind), table_of(tmp_path, columns))

    assert [person.values["x"] for person in people[:3]] == [1, 0, 1]


def test_a_derived_feature_needs_no_column(tmp_path: Path) -> None:
    columns = plain() | {
        "height": [150 + row % 50 for row in range(PEOPLE)],
        "weight": [50 + row % 60 for row in range(PEOPLE)],
    }
    derived = """
[[feature]]
name = "bmi"
label = "BMI"
group = "features"
kind = "number"
precision = 0.1
clinical = [5, 100]
observed = [10, 60]
[feature.action]
direction = "decrease"
verb = "losing weight"
step = 1
limit = [18, 100]
effort = 1
[[link]]
kind = "proportional"
feature = "weight"
driver = "bmi"
identity = { factor = 0.0001, powers = { bmi = 1, height = 2 }, tolerance = 0.05 }
"""
    weight = 'name = "weight"\nlabel = "weight"\n'
    text = draft_schema(table_of(tmp_path, columns), "chd-risk", "x").replace(
        "clinical = [0,", "clinical = [1,"
    )
    schema = accepted(tmp_path, text.replace(weight, weight + 'missing = "derived"\n') + derived)
    frame = {name: cells for name, cells in columns.items() if name != "weight"}
    bmi = [round(50 / (cells / 100) ** 2, 1) for cells in columns["height"]]  # type: ignore[operator]
    people, _ = people_of(schema, table_of(tmp_path, frame | {"bmi": bmi}))

    assert len(people) == PEOPLE
    assert people[0].values["weight"] == pytest.approx(50, abs=1)
