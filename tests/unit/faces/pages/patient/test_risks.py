"""A risk beside the band of its refits: where it lies outside, that is said."""

from datetime import date
from typing import Any

import pytest

from app.faces.pages.patient.page import PAGES
from app.faces.pages.patient.views.certainty import estimate_view, standing_of
from app.faces.pages.patient.views.next_step import NextStepView
from app.faces.pages.patient.views.risks import RiskLine, RiskView


def line(risk: float, low: float | None, high: float | None) -> RiskLine:
    interval = None if low is None or high is None else f"{low:g} to {high:g} %"
    return RiskLine("Now", risk, round(100 * risk, 2), interval, low, high, standing_of(risk, None, 0.5))


@pytest.mark.parametrize(
    ("risk", "low", "high", "side"),
    [
        (0.013, 1.8, 4.2, "below"),
        (0.018, 1.8, 4.2, None),
        (0.03, 1.8, 4.2, None),
        (0.05, 1.8, 4.2, "above"),
        (0.05, None, None, None),
    ],
)
def test_on_which_side_of_its_band_a_risk_lies(
    risk: float, low: float | None, high: float | None, side: str | None
) -> None:
    assert line(risk, low, high).beside_band == side


@pytest.mark.parametrize(("risk", "is_told"), [(0.013, True), (0.03, False)])
def test_the_page_says_so_where_it_lies_outside(risk: float, is_told: bool) -> None:
    now = estimate_view(risk, (0.018, 0.042), 0.5, 0.5)
    view = RiskView(
        (line(risk, 1.8, 4.2),),
        {},
        now,
        threshold=0.5,
        target=0.5,
        end=1.0,
        refits=40,
        asked=None,
        fall=None,
        own_start={},
    )
    shown: dict[str, Any] = {"is_supposed": False, "checks": []}
    step = NextStepView("Look for it.", date(2027, 1, 31), ())
    page = PAGES.page(
        "_estimate.html",
        risks=view,
        who=shown,
        estimate_says="Chance",
        next_step=step,
        known=None,
        refused=(),
        result_form=None,
        weak_group=None,
    )
    assert ("lies below that range" in bytes(page.body).decode()) == is_told
