"""Weight and height give the body mass index: by a schema's identity, or beside a model without one."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.entry import entered_of
from app.domain.errors import InvalidInputError
from app.domain.patient import read_patient
from app.domain.schema import FeatureSchema
from tests.unit.domain.schemas import SHIPPED


def _schema(without: tuple[str, ...] = ()) -> FeatureSchema:
    """Dysglycaemia's schema, as a model would have it that does not take some features."""
    for content in SHIPPED:
        schema = FeatureSchema.model_validate(content)
        if "waist" in schema:
            break
    left: dict[str, Any] = {
        "features": tuple(f for f in schema.features if f.name not in without),
        "links": tuple(link for link in schema.links if not {link.feature, link.driver} & {*without}),
        "effects": (),
        "relations": (),
    }
    return FeatureSchema.model_construct(**dict(schema) | left) if without else schema


HEIGHT, WEIGHT = st.floats(140, 200), st.floats(45, 180)


@given(HEIGHT, WEIGHT)
def test_weight_and_height_give_the_index_of_the_schema(height: float, weight: float) -> None:
    entered = entered_of(_schema())
    raw = {"height": round(height, 1), "weight": round(weight, 1)}
    whole = entered.completed(raw)
    assert whole["bmi"] == pytest.approx(raw["weight"] / (raw["height"] / 100) ** 2, abs=0.051)
    assert whole | raw == whole


@given(HEIGHT, WEIGHT)
def test_what_follows_agrees_with_what_it_follows_from(height: float, weight: float) -> None:
    """The schema checks that weight, height and index go together; here they always do."""
    schema = _schema()
    raw = {"age": 50, "sex": "female", "height": round(height, 1), "weight": round(weight, 1)}
    whole = entered_of(schema).completed(raw)
    if 10 <= float(str(whole["bmi"])) <= 100:
        assert read_patient(schema, whole).values["weight"] == raw["weight"]


@given(
    st.floats(0, allow_nan=False, allow_infinity=False), st.floats(0, allow_nan=False, allow_infinity=False)
)
@example(1e-200, 80.0)
@example(1e200, 80.0)
@example(178.0, 1e308)
@example(5e-324, 5e-324)
def test_whatever_numbers_are_entered_what_is_wrong_with_them_can_be_said(
    height: float, weight: float
) -> None:
    schema = _schema()
    whole = entered_of(schema).completed({"age": 50, "sex": "female", "height": height, "weight": weight})
    if not (100 <= height <= 250 and 25 <= weight <= 400):
        with pytest.raises(InvalidInputError):
            read_patient(schema, whole)


@pytest.mark.parametrize(
    ("without", "names"),
    [(("weight",), ["entered_weight"]), (("weight", "height"), ["entered_height", "entered_weight"])],
)
def test_a_model_of_the_index_alone_is_given_weight_and_height(
    without: tuple[str, ...], names: list[str]
) -> None:
    schema = _schema(without)
    entered = entered_of(schema)
    assert [feature.name for feature in entered.features if feature.name in entered.beside] == names
    height = "height" if "height" in schema else "entered_height"
    whole = entered.completed({height: 180.0, "entered_weight": 81.0})
    assert whole["bmi"] == 25
    assert not set(whole) & entered.beside


@pytest.mark.parametrize("raw", [{}, {"height": 170.0}, {"weight": 70.0}, {"height": 0.0, "weight": 70.0}])
def test_nothing_follows_from_a_part(raw: dict[str, object]) -> None:
    assert entered_of(_schema()).completed(raw) == raw


def test_what_is_entered_itself_stays() -> None:
    raw: dict[str, object] = {"height": 170.0, "weight": 70.0, "bmi": 40.0}
    assert entered_of(_schema()).completed(raw) == raw


def test_a_model_without_an_index_is_entered_as_it_is() -> None:
    schema = next(one for one in map(FeatureSchema.model_validate, SHIPPED) if "chest_pain" in one)
    entered = entered_of(schema)
    assert (entered.features, entered.solved) == (schema.features, ())
