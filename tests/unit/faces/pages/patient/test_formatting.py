"""What the page says of an option and of a risk is what was found, and never contradicts itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.degraded import Degraded
from app.domain.wording import inline
from app.faces.http.pages.rendering import risk_words, signed
from app.faces.pages.patient.views.formatting import carried_text, decimals_apart, degraded_text
from app.faces.pages.patient.views.options import plausibility_text
from app.usecases.counterfactuals.option_schemas import PlausibilityOut
from app.usecases.counterfactuals.schemas import GenerationOut

SPACE = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("in_range", "percentile", "joint", "said"),
    [
        (True, 40.0, 50.0, "typical of real people without the outcome"),
        (True, 98.0, 50.0, "unusual: less like others than 98 % of real people without the outcome"),
        (True, 8.0, 97.9, "unusual: values go together less readily than in 98 % of real people"),
        (True, 8.0, 99.7, "unusual: values go together less readily than in more than 99 % of real people"),
        (True, 100.0, 8.0, "unusual: less like others than more than 99 % of real people"),
        (True, 8.0, 99.0, "unusual: values go together less readily than in 99 % of real people"),
        (False, 8.0, 8.0, "unusual: a value lies beyond those of the people"),
    ],
)
def test_the_check_that_fails_is_named(in_range: bool, percentile: float, joint: float, said: str) -> None:
    typical = in_range and max(percentile, joint) <= 95
    found = PlausibilityOut(
        in_range=in_range,
        neighbour_distance=1.0,
        percentile=percentile,
        joint_percentile=joint,
        typical=typical,
    )
    assert (plausibility_text(found) or "").startswith(said)


@pytest.mark.parametrize(
    ("column", "places"),
    [
        ([69.0, 68.0], 1),
        ([69.2, 69.24], 2),
        ([69.2, 69.2], 1),
        ([1.0, 1.00001], 4),
        ([], 1),
        ([2.04, 2.01, 3], 2),
    ],
)
def test_a_column_has_as_many_decimals_as_tell_neighbours_apart(column: list[float], places: int) -> None:
    assert decimals_apart(column, 4) == places


@pytest.mark.parametrize("has_options", [True, False])
@pytest.mark.parametrize("code", Degraded)
def test_whatever_was_of_no_use_is_told_in_a_sentence_of_its_own(code: Degraded, has_options: bool) -> None:
    nothing = {"proposals": 0, "well_formed": 0, "valid": 0, "repaired": 0, "llm_model": None}
    told = GenerationOut(**nothing, prompt_version=None, degraded=[code], elapsed_ms=1.0)  # type: ignore[arg-type]
    (sentence,) = degraded_text(told, has_options)
    assert code not in sentence
    assert ("these options" in sentence) == (has_options and code.startswith("llm"))


@pytest.mark.parametrize(
    ("version", "told"),
    [
        (
            "points-2/fine_tuned+dysglycaemia@2:63:27",
            ["dysglycaemia@2", "63 % of its proposals", "27 % without"],
        ),
        ("points-2/fine_tuned", []),
        (None, []),
    ],
)
def test_lessons_that_carry_over_are_told(version: str | None, told: list[str]) -> None:
    nothing = {"proposals": 0, "well_formed": 0, "valid": 0, "repaired": 0, "llm_model": None}
    said = carried_text(GenerationOut(**nothing, prompt_version=version, degraded=[], elapsed_ms=1.0))  # type: ignore[arg-type]
    assert len(said) == bool(told)
    assert all(words in said[0] for words in told)


def test_of_answers_before_it_was_measured_nothing_is_said() -> None:
    old = PlausibilityOut(
        in_range=True, neighbour_distance=1.0, percentile=3.0, joint_percentile=None, typical=None
    )
    assert plausibility_text(old) is None


@pytest.mark.parametrize(
    ("risk", "beside", "told"),
    [
        (0.61, 0.5, "61 %"),
        (0.502, 0.5, "50.2 %"),
        (0.5, 0.5, "50 %"),
        (0.001, None, "0.1 %"),
        (0.0003, None, "< 0.1 %"),
        (0.9999, None, "> 99 %"),
        (0.0, None, "0 %"),
        (1.0, None, "100 %"),
        (0.4999, 0.5, "49.99 %"),
    ],
)
def test_a_risk_is_told_as_exactly_as_it_must_be(risk: float, beside: float | None, told: str) -> None:
    assert risk_words(risk, beside).replace(SPACE, " ") == told


@given(risk=st.floats(0, 1), threshold=st.floats(0.01, 0.99))
def test_above_and_below_never_look_the_same(risk: float, threshold: float) -> None:
    if abs(risk - threshold) > 1e-5:
        assert risk_words(risk, threshold) != risk_words(threshold, risk)


@pytest.mark.parametrize(
    ("label", "within"),
    [
        ("Waist", "waist"),
        ("HDL cholesterol", "HDL cholesterol"),
        ("ST depression", "ST depression"),
        ("HbA1c", "HbA1c"),
    ],
)
def test_a_label_keeps_its_acronyms(label: str, within: str) -> None:
    assert inline(label) == within


def test_a_size_has_its_sign() -> None:
    assert (signed("-3.5"), signed("6")) == ("\N{MINUS SIGN}3.5", "+6")
