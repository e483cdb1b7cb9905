"""Counting how far two versions are apart: everybody is counted once, and nothing but counts is kept."""

from uuid import uuid4

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.metrics import SHADOW_DIFFERENCE, SHADOW_EDGES
from app.usecases.shadow.counts import OUTCOMES, SIZE, Outcome, counts_of, counts_of_scores, figures_of

RISK = st.floats(0, 1)
THRESHOLD = st.floats(0.05, 0.6)


@given(st.lists(st.tuples(RISK, RISK), min_size=1, max_size=30), THRESHOLD, THRESHOLD)
def test_everybody_has_one_label_of_each_and_one_difference(
    pairs: list[tuple[float, float]], threshold: float, other: float
) -> None:
    risks, shadows = np.array(pairs).T
    told = figures_of(counts_of_scores(risks, shadows, threshold, other))
    assert told.scored == sum(told.differences) == len(pairs)
    assert told.disagree == sum((risk > threshold) != (shadow > other) for risk, shadow in pairs)
    high = told.outcomes[Outcome.BOTH_HIGH] + told.outcomes[Outcome.ONLY_DEFAULT_HIGH]
    assert high == sum(risk > threshold for risk, _ in pairs)


@given(st.lists(RISK, min_size=1, max_size=30), THRESHOLD)
def test_a_version_is_not_apart_from_itself(values: list[float], threshold: float) -> None:
    risks = np.array(values)
    told = figures_of(counts_of_scores(risks, risks, threshold, threshold))
    assert told.disagree == 0
    assert told.differences[len(SHADOW_EDGES) // 2] == len(values)


@pytest.mark.parametrize(
    ("risk", "shadow", "place"), [(0.9, 0.1, 0), (0.5, 0.5, 6), (0.5, 0.515, 7), (0.1, 0.9, 12)]
)
def test_a_difference_is_in_the_bin_between_its_edges(risk: float, shadow: float, place: int) -> None:
    told = figures_of(counts_of_scores(np.array([risk]), np.array([shadow]), 0.3, 0.3))
    assert told.differences[place] == 1


@given(st.sampled_from([*SHADOW_EDGES, 0.0, 0.3, -0.7]))
def test_the_record_counts_a_difference_in_the_bin_of_the_histogram(difference: float) -> None:
    """Also one that is exactly an edge: a dashboard and a report are to say the same."""
    told = figures_of(counts_of_scores(np.zeros(1), np.array([difference]), 0.3, 0.3))
    histogram = SHADOW_DIFFERENCE.labels("nobody's", "1", uuid4().hex)
    histogram.observe(difference)
    [metric] = histogram.collect()
    buckets = [sample.value for sample in metric.samples if "le" in sample.labels]
    assert list(np.cumsum(told.differences)) == buckets


@pytest.mark.parametrize("outcome", OUTCOMES[4:])
def test_who_was_not_scored_is_counted_by_why(outcome: Outcome) -> None:
    counts = counts_of(outcome, 7)
    told = figures_of(counts)
    assert (len(counts), told.outcomes[outcome], told.scored, sum(told.differences)) == (SIZE, 7, 0, 0)
