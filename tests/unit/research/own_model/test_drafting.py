"""A first task.toml from a table."""

from pathlib import Path

import numpy as np
import pytest

from app.domain.feature import Kind, MissingPolicy
from research.own_model.draft.drafting import draft_schema
from research.own_model.table.people import people_of
from research.training.errors import TrainingError
from tests.unit.research.own_model.tables import (
    PEOPLE,
    accepted,
    column,
    drafted,
    plain,
    table_of,
    with_example,
)


def test_kinds_ranges_and_precision_come_from_the_data(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    bmi = random.normal(27, 4, PEOPLE).round(1)
    columns = plain() | {
        "BMI (kg/m²)": bmi.tolist(),
        "smoker": column("yes", "no", ""),
        "arm": column(1, 2),
        "crp": (random.lognormal(0, 1, PEOPLE)).round(3).tolist(),
    }
    schema = drafted(tmp_path, columns)

    assert list(schema.by_name) == ["age", "sbp", "smoking", "bmi", "smoker", "arm", "crp"]
    assert [f.kind for f in schema.features] == [
        Kind.INTEGER,
        Kind.INTEGER,
        Kind.CATEGORY,
        Kind.NUMBER,
        Kind.BOOLEAN,
        Kind.CATEGORY,
        Kind.NUMBER,
    ]
    assert schema["bmi"].precision == 0.1
    assert schema["bmi"].observed == (bmi.min(), bmi.max())
    assert (schema["bmi"].unit, schema["bmi"].ucum) == ("kg/m²", "kg/m2")
    assert schema["crp"].precision == 0.001
    assert schema["age"].unit is None
    assert schema["smoker"].missing is MissingPolicy.UNKNOWN
    assert schema["age"].missing is MissingPolicy.REFUSED
    assert [c.value for c in schema["arm"].categories] == ["1", "2"]
    assert [c.value for c in schema["smoking"].categories] == ["current", "former", "never"]


def test_clinical_is_wider_than_what_was_seen_and_keeps_to_one_side_of_0(tmp_path: Path) -> None:
    change = np.linspace(-3, 4, PEOPLE).round(2).tolist()
    schema = drafted(tmp_path, plain() | {"change": change, "titre": column(0, 3, 7)})

    for feature in schema.features:
        if feature.clinical and feature.observed:
            span = feature.observed[1] - feature.observed[0]
            assert feature.clinical[1] >= feature.observed[1] + span / 2
    assert schema["titre"].clinical == (0, 11)
    assert schema["change"].clinical == (-7, 8)


def test_nobody_can_change_anything_until_the_owner_says_so(tmp_path: Path) -> None:
    schema = drafted(tmp_path, plain())

    assert not schema.actionable
    assert not schema.links


def test_the_example_of_an_action_is_good_once_the_hashes_are_taken_off(tmp_path: Path) -> None:
    text = draft_schema(table_of(tmp_path, plain()), "chd-risk", "coronary disease")
    schema = accepted(tmp_path, with_example(text))

    assert [feature.name for feature in schema.actionable] == ["sbp"]
    action = schema["sbp"].action
    assert action is not None
    assert action.max_change is not None
    assert action.max_change >= action.step


@pytest.mark.parametrize("cases", [15, 30, 100, 150])
def test_the_threshold_is_how_common_the_outcome_is(tmp_path: Path, cases: int) -> None:
    rows = 500
    outcome = [1] * cases + [0] * (rows - cases)
    schema = drafted(tmp_path, plain(rows) | {"chd": outcome})

    assert schema.model.threshold == pytest.approx(cases / rows, rel=0.05)


def test_why_that_threshold_is_said_beside_it(tmp_path: Path) -> None:
    table = table_of(tmp_path, plain(500) | {"chd": [1] * 15 + [0] * 485})
    text = draft_schema(table, "chd-risk", "coronary disease")

    assert "15 of 500 people have the outcome, 3 %" in text
    assert "threshold = 0.03\n" in text


def test_observed_may_tell_of_those_alone_who_are_learned_from(tmp_path: Path) -> None:
    table = table_of(tmp_path, plain())
    learned_from = table.frame["age"].to_numpy() < 60
    schema = accepted(tmp_path, draft_schema(table, "chd-risk", "coronary disease", learned_from))

    assert schema["age"].observed == (table.frame["age"].min(), table.frame["age"][learned_from].max())
    assert schema["age"].clinical is not None
    assert schema["age"].clinical[1] >= table.frame["age"].max()


@pytest.mark.parametrize("name", ["", "Heart", "2nd", "heart disease", "a" * 41, "heart_disease"])
def test_names_that_no_model_can_have(tmp_path: Path, name: str) -> None:
    with pytest.raises(TrainingError, match="cannot be the name of a model"):
        draft_schema(table_of(tmp_path, plain()), name, "coronary disease")


def test_a_column_of_very_many_categories_is_left_to_its_owner(tmp_path: Path) -> None:
    table = table_of(tmp_path, plain() | {"ward": [f"ward {row % 40}" for row in range(PEOPLE)]})
    text = draft_schema(table, "chd-risk", "coronary disease")

    assert "ward" not in accepted(tmp_path, text)
    assert '# The column "ward" is no feature: it has 40 categories; group them into at most 20.' in text


def test_categories_with_odd_values(tmp_path: Path) -> None:
    words = ["<5", "[5,10)", ">=10", "A+", "a-", 'say "x"', "back\\slash", "ü", "under 5"]
    schema = drafted(tmp_path, plain() | {"odd": column(*words)})

    assert {c.label for c in schema["odd"].categories} == set(words)
    people, tally = people_of(schema, table_of(tmp_path, plain() | {"odd": column(*words)}))
    assert len(people) == PEOPLE
    assert not tally.dropped
    labels = {c.value: c.label for c in schema["odd"].categories}
    assert [labels[str(person.values["odd"])] for person in people] == column(*words)


@pytest.mark.parametrize(
    "cells",
    [
        column(20_000_000, 90_000_000, 45_000_001),
        column(5_000_000_000, 7_000_000_000, 1),
        column(0.00012, 0.5, 0.31),
        (np.arange(PEOPLE) * 1e12).tolist()[::-1],
        (np.random.default_rng(0).normal(0, 0.05, PEOPLE)).tolist(),
        column(-5, -7, -9),
        column(0.5, 1.5),
        column(1e-5, 3e-5, 2e-5),
    ],
)
def test_numbers_of_any_size(tmp_path: Path, cells: list[float]) -> None:
    columns = plain() | {"x": cells}
    schema = drafted(tmp_path, columns)
    people, tally = people_of(schema, table_of(tmp_path, columns))

    assert "x" in schema
    assert len(people) == PEOPLE
    assert not tally.out_of_range
    precision = schema["x"].precision
    read = [float(person.values["x"]) for person in people]  # type: ignore[arg-type]
    np.testing.assert_allclose(read, cells, atol=precision / 2 + 1e-9)


def test_numbers_too_small_to_be_kept(tmp_path: Path) -> None:
    cells = (np.random.default_rng(0).random(PEOPLE) * 1e-6).tolist()
    text = draft_schema(table_of(tmp_path, plain() | {"x": cells}), "chd-risk", "coronary disease")

    assert '# The column "x" is no feature: its numbers are too small' in text


def test_two_numbers_are_taken_for_codes_and_that_is_asked(tmp_path: Path) -> None:
    text = draft_schema(table_of(tmp_path, plain() | {"arm": column(1, 2)}), "chd-risk", "coronary disease")

    assert text.count("# Numbers as codes?") == 1


def test_a_category_that_people_act_on_has_an_example_of_its_moves(tmp_path: Path) -> None:
    columns = {name: plain()[name] for name in ("smoking", "chd")}
    text = draft_schema(table_of(tmp_path, columns), "chd-risk", "coronary disease")

    assert accepted(tmp_path, text).actionable == ()
    [smoking] = accepted(tmp_path, with_example(text)).actionable
    assert smoking.action is not None
    first, second = (category.value for category in smoking.categories[:2])
    assert [(move.before, move.after) for move in smoking.action.moves] == [(first, second)]


def test_a_table_of_words_alone_has_no_example(tmp_path: Path) -> None:
    columns = {name: plain()[name] for name in ("smoking", "chd")}
    text = draft_schema(table_of(tmp_path, columns), "chd-risk", "coronary disease")

    assert "nothing is suggested yet;\n#    see [feature.action].\n" in text
    assert list(accepted(tmp_path, text).by_name) == ["smoking"]


def test_what_is_left_to_fill_in_says_so(tmp_path: Path) -> None:
    schema = drafted(tmp_path, plain())

    assert all(
        "to fill in" in words for words in (schema.data.name, schema.data.publisher, schema.data.licence)
    )
    assert schema.data.loader == "own_table"


def test_who_somebody_is_is_told_first_and_the_example_is_of_what_people_act_on(tmp_path: Path) -> None:
    rows = 60
    cells: dict[str, list[object]] = {
        "Education": [place % 4 for place in range(rows)],
        "age": [40 + place % 30 for place in range(rows)],
        "Systolic BP, mmHg": [110 + place % 40 for place in range(rows)],
        "BMI": [20 + place % 15 + 0.5 for place in range(rows)],
        "chd": [place % 3 == 0 for place in range(rows)],
    }
    text = draft_schema(table_of(tmp_path, cells), "m", "x")
    schema = accepted(tmp_path, text)
    assert [one.name for one in schema.features if one.group == "person"] == ["age"]
    pressure = next(one for one in schema.features if one.label == "Systolic BP")
    assert pressure.unit == "mmHg"
    (acted_on,) = accepted(tmp_path, with_example(text)).actionable
    assert acted_on.name == "bmi"
