"""How sure an estimate is told to be: never surer than its band, and a low one never rules anything out."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.certainty import Certainty, Observed, certainty_of
from app.engine.registry import ModelRegistry
from app.faces.pages.patient.views.certainty import estimate_view, estimates_of, low_note, standing_of
from app.local.demo import who_is_shown
from tests.kinds_of_answers import CLEARLY_BELOW, FRAGILE, IN_REACH, UNCLEAR_BELOW
from tests.unit.faces.pages.patient.real import page_text, real_context

SHARES = st.floats(0, 1)
BANDS = st.tuples(SHARES, SHARES).map(lambda ends: (min(ends), max(ends)))
THRESHOLDS = st.floats(0.05, 0.95)


def plain(text: str | None) -> str:
    return (text or "").replace("\N{NO-BREAK SPACE}", " ")


@given(SHARES, st.none() | BANDS, THRESHOLDS, SHARES)
@example(0.5, (0.4, 0.5), 0.5, 0.5)
@example(0.3, (0.2, 0.5004), 0.5, 0.5)
def test_the_colour_of_what_is_good_is_of_nothing_but_what_is_clearly_below(
    risk: float, band: tuple[float, float] | None, threshold: float, target: float
) -> None:
    told = estimate_view(risk, band, threshold, target)
    clear_low = band is not None and certainty_of(risk, band, threshold) is Certainty.CLEAR_LOW
    assert (told.standing.tone == "low") == clear_low
    assert ("none of it above" in told.sentence) == clear_low
    assert (told.standing.words == "clearly below") == clear_low


@given(SHARES, st.none() | BANDS, THRESHOLDS, SHARES)
def test_with_each_low_estimate_stands_that_it_rules_nothing_out(
    risk: float, band: tuple[float, float] | None, threshold: float, target: float
) -> None:
    told = estimate_view(risk, band, threshold, target)
    assert (told.low_note == low_note()) == (risk <= threshold)


@given(SHARES, BANDS, THRESHOLDS)
def test_an_end_of_the_band_that_is_on_another_side_looks_as_if_it_were(
    risk: float, band: tuple[float, float], threshold: float
) -> None:
    """Nothing is told as "41 to 50 %, crosses 50 %"."""
    low, high = band
    sentence = plain(estimate_view(risk, band, threshold, threshold).sentence)
    if low <= threshold < high and high - threshold > 1e-4:
        assert ": on both sides of" in sentence
        told_high = sentence.split(" to ")[1].split(" %")[0].strip("<> ")
        line = sentence.split("threshold of ")[1].split(" %")[0].strip("<> ")
        assert told_high != line


@pytest.mark.parametrize(
    ("risk", "band", "told"),
    [
        (0.999, (0.997, 0.9999), "Could be > 99 %, all of it above the threshold of 50 %."),
        (0.71, (0.6, 0.8), "Could be 60 to 80 %, all of it above the threshold of 50 %."),
        (0.48, (0.41, 0.58), "Could be 41 to 58 %: on both sides of the threshold of 50 %."),
        (0.3, (0.2, 0.4), "Could be 20 to 40 %, none of it above the threshold of 50 %."),
        (
            0.48,
            (0.52, 0.58),
            "The estimate is at or below the threshold of 50 %, but if the model had learned from "
            "other people it could be 52 to 58 %, above it.",
        ),
        (
            0.52,
            (0.41, 0.48),
            "The estimate is above the threshold of 50 %, but if the model had learned from "
            "other people it could be 41 to 48 %, at or below it.",
        ),
        (0.3, None, "At or below the threshold of 50 %. How sure that is was not recorded."),
    ],
)
def test_the_state_is_told_with_its_band(risk: float, band: tuple[float, float] | None, told: str) -> None:
    assert plain(estimate_view(risk, band, 0.5, 0.5).sentence) == told


@pytest.mark.parametrize(
    ("people", "told"),
    [
        (100, "Of 100 people like this whom the model had not seen, 24 had it (17 to 33 %)."),
        (75, "Of 75 people like this whom the model had not seen, 18 had it, 24 % (17 to 33 %)."),
    ],
)
def test_what_became_of_people_like_this_is_counted(people: int, told: str) -> None:
    observed = Observed(people=people, share=0.24, low=0.17, high=0.33)
    assert plain(estimate_view(0.3, (0.2, 0.4), 0.5, 0.5, observed).observed) == told


def test_days_of_people_are_counted_as_rows() -> None:
    observed = Observed(people=100, share=0.24, low=0.17, high=0.33)
    told = estimate_view(0.3, (0.2, 0.4), 0.5, 0.5, observed, counts_rows=True).observed
    assert plain(told) == (
        "Of 100 rows like this, of people whom the model had not seen, 24 had it, 24 % (17 to 33 %)."
    )


@pytest.mark.parametrize(
    ("target", "is_told"), [(0.5, False), (0.42, True), (0.36, True), (0.3, False), (0.46, False)]
)
def test_a_band_across_a_target_of_ones_own_is_told_too(target: float, is_told: bool) -> None:
    """Above the target nothing is told to be below it."""
    told = estimate_view(0.35, (0.28, 0.45), 0.5, target).beside_target
    assert (told is not None) == is_told


def test_an_answer_from_before_bands_has_those_of_the_same_version(registry: ModelRegistry) -> None:
    found = real_context(registry, UNCLEAR_BELOW)
    (recorded,) = estimates_of(found)
    found.answer.prediction.band = found.answer.prediction.certainty = None
    (computed,) = estimates_of(found)
    assert computed.band == pytest.approx(recorded.band)
    assert (recorded.standing.words, recorded.sentence) == (computed.standing.words, computed.sentence)


def test_of_a_version_that_is_gone_what_is_on_record_is_told(registry: ModelRegistry) -> None:
    found = real_context(registry, CLEARLY_BELOW)
    found.row.prediction.model_digest = "0" * 64
    (now,) = estimates_of(found)
    assert now.standing.words == "clearly below"


def test_what_does_not_claim_to_hold_below_is_not_called_clearly_below(registry: ModelRegistry) -> None:
    found = real_context(registry, FRAGILE)
    _, *offered = estimates_of(found)
    assert any(one.band and one.band[1] < 0.5 for one in offered)
    assert [one.standing.words for one in offered[: len(found.options)]] == ["fragile"] * len(found.options)
    assert all(one.standing.tone != "low" for one in offered)


def test_an_option_that_holds_is_told_by_its_band(registry: ModelRegistry) -> None:
    found = real_context(registry, IN_REACH)
    _, *offered = estimates_of(found)
    for one in offered:
        assert one.band is not None
        assert one.standing == standing_of(one.risk, certainty_of(one.risk, one.band, 0.5), 0.5)


@pytest.mark.parametrize("people", [100, 75])
def test_nobody_is_called_unseen_by_a_classifier_made_elsewhere(people: int) -> None:
    observed = Observed(people=people, share=0.24, low=0.17, high=0.33)
    told = plain(estimate_view(0.3, (0.2, 0.4), 0.5, 0.5, observed, is_given=True).observed)
    assert "had not seen" not in told
    assert told.startswith(f"Of {people} people like this, some of whom the model may have learned from, ")


def test_the_page_says_that_a_classifier_made_elsewhere_may_know_those_who_are_held_out(
    registry: ModelRegistry,
) -> None:
    found = real_context(registry, IN_REACH)
    assert "may have learned from" not in page_text(found)
    assert "It learned from" in page_text(found)
    assert found.served is not None
    given_one = replace(found.served, model=replace(found.served.model, is_given=True))
    told = page_text(replace(found, served=given_one))
    assert "had not seen" not in told
    assert "some of whom the model may have learned from" in told
    assert "Its classifier was made elsewhere and may have learned from these people." in told
    assert "Its classifier was made elsewhere: whom it learned from is not known." in told
    assert "It learned from" not in told
    assert "people the model learned from" not in told
    assert "Nor was the model free" not in told
    assert "held out" not in who_is_shown(given_one.model)
