"""The band says of refits what it claims; a person is compared with the nearest of their kind."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.classifiers.partitions import Person, Side, people_of
from app.domain.certainty import Certainty, Observed, observed_among
from app.domain.schema import BoolArray, FloatArray
from app.engine.certainty import FEWEST, NEAR, NEAREST, bands_of, certainties_of, outcomes_of
from app.engine.registry import ModelRegistry, ServedModel, served_model
from tests.unit.engine.models import NAMES, Cohort

THRESHOLD = st.floats(0.05, 0.6)
HOSTED = NAMES[:3]


@pytest.fixture(scope="module", params=HOSTED)
def hosted(request: pytest.FixtureRequest, registry: ModelRegistry) -> ServedModel:
    return registry.named(request.param)


@pytest.fixture(scope="module")
def refits(cohort: Cohort) -> FloatArray:
    """Risks of everybody by each refit, shape (members, people)."""
    model = cohort.served.model
    return model.committee.risk(np.stack([model.schema.encode(person) for person in cohort.people]))


@given(threshold=THRESHOLD)
@settings(max_examples=30)
def test_clear_is_said_of_nobody_on_whom_refits_disagree(
    cohort: Cohort, refits: FloatArray, threshold: float
) -> None:
    above, members = (refits > threshold).sum(axis=0), len(refits)
    certainties = certainties_of(cohort.risk, bands_of(refits), threshold)
    for certainty, own, count in zip(certainties, cohort.risk.tolist(), above.tolist(), strict=True):
        is_low = own <= threshold and 20 * count <= members
        is_high = own > threshold and 20 * (members - count) <= members
        assert (certainty is Certainty.CLEAR_LOW) is is_low
        assert (certainty is Certainty.CLEAR_HIGH) is is_high


RISKS = st.integers(1, 85).flatmap(
    lambda members: st.lists(st.integers(0, 20).map(lambda n: n / 20), min_size=members, max_size=members)
)


@given(risks=RISKS, threshold=st.integers(0, 20).map(lambda n: n / 20))
def test_an_end_of_the_band_is_beyond_a_threshold_where_at_most_one_in_twenty_is_not(
    risks: list[float], threshold: float
) -> None:
    """Few values, so that several refits agree, and some say the threshold itself."""
    low, high = bands_of(np.array(risks)[:, None])[0].tolist()
    above = sum(risk > threshold for risk in risks)
    assert (high <= threshold) is (20 * above <= len(risks))
    assert (low > threshold) is (20 * (len(risks) - above) <= len(risks))
    assert min(risks) <= low <= high <= max(risks)


def test_of_every_number_of_refits_at_most_one_in_twenty_may_be_beyond_the_band() -> None:
    for members in range(1, 101):
        is_above = np.tri(members + 1, members, -1).T  # of n people, the k-th has k refits above
        low, high = bands_of(is_above).T
        above = np.arange(members + 1)
        np.testing.assert_array_equal(high == 0, 20 * above <= members)
        np.testing.assert_array_equal(low == 1, 20 * (members - above) <= members)


def test_of_forty_refits_two_are_left_out_at_either_end() -> None:
    risks = np.arange(40)[::-1, None] / 100
    np.testing.assert_array_equal(bands_of(risks), [[0.02, 0.37]])


@st.composite
def cohorts_of_numbers(draw: st.DrawFn) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Risks, bands and outcomes of people, many of whom share an estimate."""
    count, seed = draw(st.integers(0, 600)), draw(st.integers(0, 2**32 - 1))
    rng, digits = np.random.default_rng(seed), draw(st.sampled_from([1, 2, 3, 9]))
    risk = np.round(rng.beta(1, draw(st.sampled_from([1, 3, 20])), count), digits)
    bands = np.sort(np.clip(risk[:, None] + rng.normal(0, 0.1, (count, 2)), 0, 1), axis=1)
    return risk, bands, rng.random(count) < risk


@given(people=cohorts_of_numbers(), threshold=THRESHOLD, own=st.floats(0, 1))
def test_the_nearest_of_the_same_certainty_are_counted(
    people: tuple[FloatArray, FloatArray, BoolArray], threshold: float, own: float
) -> None:
    risk, bands, outcome = people
    outcomes = outcomes_of(risk, bands, outcome, threshold)
    kind = np.array(certainties_of(risk, bands, threshold))
    for certainty in Certainty:
        of_kind = kind == certainty
        told = outcomes.near(certainty, own)
        assert told == by_looking(risk[of_kind], outcome[of_kind], own)


def by_looking(risk: FloatArray, outcome: BoolArray, own: float) -> Observed | None:
    """The same by the distance of everybody; whoever is as near as the last of the nearest is counted too."""
    distance = np.abs(risk - own)
    furthest = min(NEAR, np.sort(distance)[NEAREST - 1]) if len(risk) >= NEAREST else NEAR
    counted = outcome[distance <= furthest]
    return observed_among(len(counted), int(counted.sum())) if len(counted) >= FEWEST else None


@pytest.fixture(scope="module")
def strangers(hosted: ServedModel) -> list[Person]:
    return people_of(hosted.model, Side.HELD_OUT)


def test_estimates_of_held_out_people_tell_of_people_like_them(
    hosted: ServedModel, strangers: list[Person]
) -> None:
    threshold, told = hosted.model.schema.model.threshold, 0
    for person in strangers[::10]:
        row = hosted.model.schema.encode(person.features)
        estimate = hosted.estimate(row, person.risk)
        refits = hosted.model.committee.risk(row[None, :])
        assert estimate.risk == person.risk
        assert estimate.band == pytest.approx(tuple(bands_of(refits)[0]))
        assert estimate.certainty in certainties_of(np.array([person.risk]), bands_of(refits), threshold)
        if estimate.observed is not None:
            told += 1
            assert estimate.observed.people >= FEWEST
            assert estimate.observed.low <= estimate.observed.share <= estimate.observed.high
    assert told >= 0.8 * len(strangers[::10])


def test_what_was_observed_goes_with_what_is_estimated(hosted: ServedModel, strangers: list[Person]) -> None:
    """Shares of people with the outcome go up with estimates: the model knows something, and so do they."""
    told = [
        (one.risk, estimate.observed.share)
        for one in strangers
        if (estimate := hosted.estimate(hosted.model.schema.encode(one.features), one.risk)).observed
    ]
    risk, share = np.array(told).T
    assert np.corrcoef(risk, share)[0, 1] > 0.9
    assert abs(share.mean() - risk.mean()) < 0.05


def test_a_model_without_held_out_people_tells_no_share(hosted: ServedModel, strangers: list[Person]) -> None:
    without = served_model(replace(hosted.model, held_out=None))
    row = hosted.model.schema.encode(strangers[0].features)
    told, untold = hosted.estimate(row, strangers[0].risk), without.estimate(row, strangers[0].risk)
    assert untold == replace(told, observed=None)
