"""A model of a rare outcome: its page tells thresholds, targets and risks of a few per cent as they are."""

import re
import tomllib
from dataclasses import replace

import numpy as np
import pytest

from app.domain.schema import FeatureSchema
from app.engine.registry import ServedModel, served_model
from app.faces.pages.patient.page import PAGES, WhatIfResult, view_of
from app.faces.pages.patient.views.certainty import estimate_with
from app.faces.pages.patient.views.improvements import least_words
from app.faces.pages.patient.views.risks import risk_view
from app.faces.pages.patient.views.what_if import what_if_of
from tests.rare import TASK, rare_model, synthetic_people
from tests.unit.faces.answers import change, option
from tests.unit.faces.pages.patient.contexts import context, recorded

THRESHOLD = 0.0125


@pytest.fixture(scope="module")
def rare() -> ServedModel:
    """The synthetic model with a threshold of 1.25 %, and neither groups nor units."""
    task = re.sub(r"(?m)^(unit|group) = .*\n", "", TASK).replace(
        "threshold = 0.1\n", f"threshold = {THRESHOLD}\n"
    )
    return served_model(replace(rare_model(), schema=FeatureSchema.model_validate(tomllib.loads(task))))


def test_the_page_tells_the_threshold_as_it_was_chosen(rare: ServedModel) -> None:
    people = [one for one in synthetic_people(300, seed=5) if one["load"] is not None and not one["walks"]]
    risks_of_all = rare.model.classifier.risk(np.stack([rare.model.schema.encode(one) for one in people]))
    person = people[int(np.argmin(np.abs(risks_of_all - 0.03)))]
    row = recorded(rare, person, option(1, change("walks", False, True), risk=0.009, features=person))
    row.prediction.risk, row.prediction.band, row.target = 0.031, [0.004, 0.046], THRESHOLD
    found = context(row, rare)
    risks = risk_view(found)
    assert risks.threshold == THRESHOLD
    assert risks.end < 1
    view = view_of(found, what_if_of(found, {}), WhatIfResult(estimate_with(found, None), (), ()))
    text = bytes(PAGES.page("patient.html", **view).body).decode().replace("\N{NO-BREAK SPACE}", " ")
    assert "1.25 %" in text
    assert re.search(r"(?:threshold|target) of 1 %", text) is None
    assert "0.9 %" in text


@pytest.mark.parametrize(
    ("threshold", "told"),
    [
        (0.5, "2 points"),
        (0.1, "1 point"),
        (0.075, "0.75 points"),
        (0.02, "0.2 points"),
        (0.005, "0.05 points"),
    ],
)
def test_the_least_fall_is_told_by_the_threshold(threshold: float, told: str) -> None:
    assert least_words(threshold) == told
