"""The area under the ROC curve: that of scikit-learn, with an interval that holds what it says."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from app.usecases.augmentation.report.clustered_auc import clustered_auc


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 6)), min_size=4, max_size=60))
def test_the_area_is_the_usual_one_and_inside_its_interval(rows: list[tuple[bool, int]]) -> None:
    outcome, scores = np.array([one for one, _ in rows]), np.array([float(score) for _, score in rows])
    assume(2 <= outcome.sum() <= len(rows) - 2)
    auc, (low, high) = clustered_auc(outcome, scores, np.arange(len(rows)))
    assert auc == pytest.approx(roc_auc_score(outcome, scores))
    assert 0 <= low <= auc <= high <= 1


def test_rows_of_one_group_tell_no_more_than_one_of_them() -> None:
    """Each row there five times: as wide as with each once, where all five are of one group."""
    rng = np.random.default_rng(1)
    outcome = np.repeat([False, True], 60)
    scores = rng.normal(size=120) + outcome
    five = np.repeat(np.arange(120), 5)
    _, once = clustered_auc(outcome, scores, np.arange(120))
    _, together = clustered_auc(outcome[five], scores[five], five)
    _, apart = clustered_auc(outcome[five], scores[five], np.arange(600))
    assert together == pytest.approx(once, abs=0.003)
    assert apart[1] - apart[0] < 0.6 * (together[1] - together[0])


def test_it_holds_the_truth_nineteen_times_in_twenty() -> None:
    """Of two normal distributions one deviation apart the area is the normal distribution's at 1 / √2."""
    rng, truth, held = np.random.default_rng(2), 0.7602, 0
    outcome = np.repeat([False, True], 80)
    for _ in range(400):
        _, (low, high) = clustered_auc(outcome, rng.normal(size=160) + outcome, np.arange(160))
        held += low <= truth <= high
    assert 0.91 <= held / 400 <= 0.985
