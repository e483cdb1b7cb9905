"""A survey's weights in figures: a person of weight 3 counts as three of them."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from research.training.discrimination import at_threshold
from research.training.headline import headline
from research.training.people import Participant
from research.training.weighted import weighted, weights_in

ROW = st.tuples(st.booleans(), st.floats(0, 1), st.integers(1, 4))


@settings(max_examples=40, deadline=None)
@given(st.lists(ROW, min_size=4, max_size=30), st.floats(0.05, 0.6))
def test_a_weight_counts_as_so_many_people(rows: Sequence[tuple[bool, float, int]], threshold: float) -> None:
    outcome, risk, weight = (np.array(one) for one in zip(*rows, strict=True))
    told = weighted(outcome, risk, weight.astype(np.float64), threshold)
    repeated = np.repeat(outcome, weight), np.repeat(risk, weight)
    whole, shares = headline(*repeated, threshold), at_threshold(*repeated, threshold)
    for name in ("prevalence", "mean_risk", "brier"):
        assert told[name] == pytest.approx(whole[name])
    if 0 < outcome.sum() < len(outcome):
        assert told["sensitivity"] == pytest.approx(shares["sensitivity"])
        assert told["specificity"] == pytest.approx(shares["specificity"])
        if whole["roc_auc"] is not None:
            assert told["roc_auc"] == pytest.approx(whole["roc_auc"]["value"])
    else:
        assert told["roc_auc"] is None


def test_there_are_weights_only_if_everybody_has_one() -> None:
    with_it, without = Participant("1", {}, True, weight=2.0), Participant("2", {}, False)
    assert weights_in([with_it, without]) is None
    told = weights_in([with_it, with_it])
    assert told is not None
    assert told.tolist() == [2.0, 2.0]
