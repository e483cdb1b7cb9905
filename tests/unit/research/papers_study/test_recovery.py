"""What comes back of lost F1, and when there is nothing to come back."""

import numpy as np
import pytest

from app.classifiers.training_procedure import Sample
from research.evaluation.augmentation.rows import with_weights
from research.evaluation.augmentation.trial import SCARCE, WHOLE, ClassifierScores, Trial
from research.papers_study.recovery import headline, recovery_rows, scores_of
from research.papers_study.scarcity import FoldTrial, makers
from research.papers_study.scarcity_plot import scarcity_svg

FOLDS, DRAWS = 4, 3


def trials(whole: float, scarce: float, tried: float, scarcity: str = "low") -> list[FoldTrial]:
    """F1 around these, the same for whole, scarce and tried of one draw but for their difference."""
    noise = np.random.default_rng(0).normal(0, 0.01, (FOLDS, DRAWS))
    return [
        FoldTrial(
            fold + 1,
            Trial(
                scarcity=scarcity,
                seed=draw,
                augmenter=key,
                magnitude=magnitude,
                scores=ClassifierScores(f1 + noise[fold, draw], *[0.5] * 4),
            ),
        )
        for key, magnitude, f1 in (
            (WHOLE, 0.0, whole),
            (SCARCE, 0.0, scarce),
            ("oversampling", 0.5, (scarce + tried) / 2),
            ("oversampling", 1.0, tried),
        )
        for fold in range(FOLDS)
        for draw in range(DRAWS)
    ]


def test_recovery_is_the_share_of_the_points_lost() -> None:
    told = recovery_rows(trials(0.8, 0.7, 0.75), "low")
    row = told["random oversampling"]
    assert row["points 1.0"] is not None
    assert row["share 1.0"] is not None
    assert row["share 0.5"] is not None
    assert row["points 1.0"].value == pytest.approx(5)
    assert row["share 1.0"].value == pytest.approx(50)
    assert row["share 0.5"].value == pytest.approx(25)
    assert "points 2.0" not in row
    whole = told["all labels"]["f1"]
    assert whole is not None
    assert whole.low is not None
    assert whole.high is not None
    assert whole.low < whole.value < whole.high
    assert headline(trials(0.8, 0.7, 0.75), "low").startswith("Half the labels of the low class gone: 10.0 p")


@pytest.mark.parametrize("scarce", [0.8, 0.82])
def test_where_nothing_was_lost_no_share_is_told(scarce: float) -> None:
    row = recovery_rows(trials(0.8, scarce, 0.85), "low")["random oversampling"]
    assert row["share 1.0"] is None
    assert row["points 1.0"] is not None
    assert row["points 1.0"].value == pytest.approx(100 * (0.85 - scarce))


def test_scores_are_by_fold_and_draw() -> None:
    scores = scores_of(trials(0.8, 0.7, 0.75), "low")
    assert scores.whole.shape == scores.scarce.shape == (FOLDS, DRAWS)
    np.testing.assert_allclose(scores.whole - scores.scarce, 10)


def test_a_panel_a_scarcity_is_drawn() -> None:
    every = [one for name in ("low", "high", "both") for one in trials(0.8, 0.7, 0.75, name)]
    drawing = scarcity_svg(every)
    assert drawing.count("10.0 points of F1 lost") == 3
    assert "random oversampling" in drawing


def test_weights_make_a_class_count_as_before() -> None:
    known = Sample(np.zeros((5, 2)), np.array([True, True, False, False, False]))
    weighted = with_weights(known, {True: 3})
    assert weighted.weight is not None
    assert weighted.weight[known.outcome].sum() == pytest.approx(5)
    assert weighted.weight[~known.outcome].tolist() == [1, 1, 1]


def test_ways_to_make_rows_have_an_order() -> None:
    assert [one.key for one in makers(("smote", "oversampling"))] == ["oversampling", "smote"]
