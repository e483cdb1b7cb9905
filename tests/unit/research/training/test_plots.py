"""The figures beside the card, of models about few people."""

import pytest

from research.training.plots import roc_svg


@pytest.mark.parametrize(
    ("auc", "title"),
    [
        ({"value": 0.8124}, "ROC curve on 40 held-out rows of 4 people, AUC 0.812"),
        (None, "ROC curve on 40 held-out rows of 4 people"),
    ],
)
def test_a_roc_curve_is_drawn_where_no_area_is_told(auc: dict[str, float] | None, title: str) -> None:
    held_out = {"n": 40, "people": 4, "roc_auc": auc, "specificity": 0.75, "sensitivity": 0.5}
    metrics = {"held_out": held_out, "threshold": 0.3, "roc": [(0.0, 0.0), (0.25, 0.5), (1.0, 1.0)]}
    svg = roc_svg(metrics)
    assert f"<title>{title}</title>" in svg
    assert "<polyline" in svg
