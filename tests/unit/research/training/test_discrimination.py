"""ROC-AUC, its interval, and the figures at a threshold."""

import math

import numpy as np
import pytest

from research.training.discrimination import at_threshold, roc_auc

OUTCOME = np.array([True, True, True, False, False, False])
RISK = np.array([0.9, 0.6, 0.4, 0.5, 0.4, 0.1])


def test_auc_counts_ordered_pairs_with_ties_as_half() -> None:
    auc = roc_auc(OUTCOME, RISK)

    # 0.9 and 0.6 beat all three, 0.4 beats one, ties with one and loses to one.
    assert auc is not None
    assert auc.value == pytest.approx((3 + 3 + 1.5) / 9)


def test_the_interval_is_delongs() -> None:
    auc = roc_auc(OUTCOME, RISK)

    # By hand: placements of cases 1, 1, 1/2 and of controls 2/3, 5/6, 1, each with sample variance / 3.
    variance = (1 / 12) / 3 + (1 / 36) / 3
    assert auc is not None
    assert auc.low == pytest.approx(auc.value - 1.959964 * math.sqrt(variance), abs=1e-5)
    assert auc.high == 1.0


def test_auc_needs_two_of_each_class() -> None:
    assert roc_auc(np.array([True, False, False]), np.array([0.9, 0.1, 0.2])) is None


def test_high_is_above_the_threshold() -> None:
    figures = at_threshold(OUTCOME, RISK, threshold=0.5)

    assert figures["sensitivity"] == pytest.approx(2 / 3)
    assert figures["specificity"] == 1.0
    assert figures["ppv"] == 1.0
    assert figures["npv"] == pytest.approx(3 / 4)
    assert figures["f1"] == pytest.approx(4 / 5)
    assert figures["accuracy"] == pytest.approx(5 / 6)


def test_a_share_of_nobody_is_none() -> None:
    assert at_threshold(OUTCOME, RISK, threshold=0.95)["ppv"] is None
