"""Sentences for clinicians."""

import tomllib

import pytest

from app.classifiers.model_version import ModelVersion
from app.domain.counterfactual import Change
from app.domain.schema import FeatureSchema
from app.domain.wording import (
    line_text,
    nothing_helps,
    number,
    plain,
    points_text,
    risk_text,
    span,
    summary,
    value_text,
)
from tests.moving import TASK, moving_schema


def change(schema: FeatureSchema, name: str, before: float | bool, after: float | bool) -> Change:
    feature = schema[name]
    return Change(
        feature=name, label=feature.label, before=before, after=after, delta=None, unit=feature.unit
    )


BMI = ("bmi", 33.1, 30.1)
ALONG = [("weight", 95.7, 87.0), ("waist", 104.0, 96.8)]


def test_one_change_with_what_moves_along(version_1: ModelVersion) -> None:
    schema = version_1.schema
    changes, linked = [change(schema, *BMI)], [change(schema, *one) for one in ALONG]
    assert summary(schema, changes, linked) == (
        "Consider bringing body mass index down, from 33.1 to 30.1 kg/m² "
        "(weight from 95.7 to 87.0 kg, waist from 104.0 to 96.8 cm)."
    )


def test_what_people_speak_of_is_told_first(schema: FeatureSchema) -> None:
    """Of their weight, not of their index, where a schema says so."""
    changes, linked = [change(schema, *BMI)], [change(schema, *one) for one in ALONG]
    assert summary(schema, changes, linked) == (
        "Consider losing weight, from 95.7 to 87.0 kg "
        "(body mass index from 33.1 to 30.1 kg/m², waist from 104.0 to 96.8 cm)."
    )


def test_what_people_speak_of_is_never_put_in_another_unit(schema: FeatureSchema) -> None:
    """Of a weight that is not known, the numbers are those of the index, and say so."""
    bmi = change(schema, *BMI)
    assert summary(schema, [bmi]) == "Consider losing weight, body mass index from 33.1 to 30.1 kg/m²."
    assert span(schema, bmi) == "body mass index from 33.1 to 30.1 kg/m²"
    assert span(schema, bmi, [change(schema, *one) for one in ALONG]).startswith(
        "weight from 95.7 to 87.0 kg"
    )
    assert span(schema, change(schema, "active_travel", False, True)).endswith(": yes")


def test_several_changes_read_as_a_list(schema: FeatureSchema) -> None:
    changes = [
        change(schema, "sedentary", 480, 390),
        change(schema, "active_travel", False, True),
        change(schema, "cigarettes", 10, 0),
    ]
    assert summary(schema, changes) == (
        "Consider sitting less, from 480 to 390 min/day; walking or cycling to get around, "
        "at least 10 minutes at a time in a typical week; and stopping smoking, from 10 to 0 per day."
    )


def test_numbers_have_no_more_decimals_than_the_measurement(schema: FeatureSchema) -> None:
    assert number(schema["bmi"], 30.149) == "30.1"
    assert number(schema["sbp"], 122.6) == "123"
    assert number(schema["sleep"], 7) == "7.0"


def test_every_actionable_feature_has_words_for_an_option(schema: FeatureSchema) -> None:
    for feature in schema.actionable:
        assert feature.action is not None
        first = feature.action.verb.split()[0].removesuffix(",")
        assert first.endswith("ing"), f"{feature.name}: 'Consider {first}' is not a sentence"


def test_a_plain_number_has_no_needless_decimals(schema: FeatureSchema) -> None:
    texts = [plain(schema["waist"], value) for value in (56.4, 43.0, 101.56)]
    assert texts == ["56.4", "43", "101.6"]
    assert plain(schema["energy"], 1217.3) == "1217"


def test_a_number_without_a_unit_is_told_without_one(schema: FeatureSchema) -> None:
    ratio = schema["bmi"].model_copy(update={"unit": None})
    assert value_text(ratio, 31.5) == "body mass index 31.5"


@pytest.mark.parametrize(
    ("risk", "told"),
    [
        (0.612, "61 %"),
        (0.0149, "1 %"),
        (0.0098, "1 %"),
        (0.005, "0.5 %"),
        (0.0093, "0.9 %"),
        (0.0004, "< 0.1 %"),
        (0.0, "0 %"),
        (1.0, "100 %"),
        (0.9951, "> 99 %"),
        (0.99999, "> 99 %"),
    ],
)
def test_a_risk_below_one_per_cent_has_a_decimal(risk: float, told: str) -> None:
    assert risk_text(risk) == told


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (0.5, "50 %"),
        (0.075, "7.5 %"),
        (0.005, "0.5 %"),
        (0.0125, "1.25 %"),
        (0.02, "2 %"),
        (0.95, "95 %"),
        (0.412345, "41 %"),
    ],
)
def test_a_line_is_told_as_it_was_chosen(line: float, told: str) -> None:
    assert line_text(line) == told


@pytest.mark.parametrize(
    ("fall", "least", "told"),
    [
        (0.0131, 0.02, "1.3 points"),
        (0.01999, 0.02, "2.00 points"),
        (0.0015, 0.002, "0.15 points"),
        (0.0031, 0.002, "0.31 points"),
        (0.001999, 0.002, "0.200 points"),
    ],
)
def test_falls_are_told_as_finely_as_what_is_worth_offering(fall: float, least: float, told: str) -> None:
    assert points_text(fall, least) == told


def test_where_nothing_helps_it_is_measured_by_the_models_own_least_fall() -> None:
    assert "too little" in nothing_helps(0.012, 0.02, 0.9, proved=True, holds=True)
    assert "not reliable enough" in nothing_helps(0.012, 0.002, 0.9, proved=True, holds=False)


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("former", "Consider stopping smoking, from every day to former smoker (smoke at home: no)."),
        ("some days", "Consider smoking on fewer days, from every day to some days (smoke at home: no)."),
    ],
)
def test_a_move_is_said_by_its_verb_and_the_labels_of_its_ends(to: str, said: str) -> None:
    schema = moving_schema()
    move = Change(feature="smoking", label="Smoking", before="daily", after=to, delta=None, unit=None)
    along = Change(feature="indoors", label="Smoke at home", before=True, after=False, delta=None, unit=None)
    assert summary(schema, [move], [along]) == said
    assert (
        span(schema, move) == f"smoking from every day to {said.split(' to ')[1].split(' (', maxsplit=1)[0]}"
    )
    assert value_text(schema["smoking"], "daily") == "smoking Every day"


def test_a_label_of_a_category_keeps_the_capital_of_a_name() -> None:
    content = tomllib.loads(TASK)
    smoking = next(one for one in content["feature"] if one["name"] == "smoking")
    for category, label in zip(smoking["categories"], ("Never", "American", "few", "Dutch"), strict=True):
        category["label"] = label
        category.pop("in_sentence", None)
    move = Change(feature="smoking", label="Smoking", before="daily", after="former", delta=None, unit=None)
    told = summary(FeatureSchema.model_validate(content), [move])
    assert told == "Consider stopping smoking, from Dutch to American."


@pytest.mark.parametrize(
    ("risk", "beside", "told"),
    [
        (0.302, 0.3, "30.2 %"),
        (0.3, 0.3, "30 %"),
        (0.3004, 0.3, "30.04 %"),
        (0.31, 0.3, "31 %"),
        (0.9996, 0.999, "99.96 %"),
    ],
)
def test_a_risk_that_misses_another_is_not_told_as_it(risk: float, beside: float, told: str) -> None:
    assert risk_text(risk, beside) == told
