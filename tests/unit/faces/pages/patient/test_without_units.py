"""A model of scores and ratios: what has no unit is told without one, and never with the word for nothing."""

import re
import tomllib
from dataclasses import replace

import numpy as np
import pytest

from app.domain.schema import FeatureSchema
from app.engine.problem import problem_about
from app.engine.registry import ServedModel, served_model
from app.faces.pages.patient.page import PAGES, WhatIfResult, view_of
from app.faces.pages.patient.views.certainty import estimate_with
from app.faces.pages.patient.views.charts import charts_of
from app.faces.pages.patient.views.what_if import what_if_of
from app.faces.pages.patient.views.what_if_setting import PLACE, question_of, setting_of
from app.proposers.llm.prompt import Style, messages
from tests.rare import TASK, rare_model, synthetic_people
from tests.unit.engine.answers import answer
from tests.unit.faces.answers import change, option
from tests.unit.faces.pages.patient.contexts import context, recorded


@pytest.fixture(scope="module")
def unitless() -> ServedModel:
    """The synthetic model, with a unit for nothing."""
    task = re.sub(r"(?m)^unit = .*\n", "", TASK)
    return served_model(replace(rare_model(), schema=FeatureSchema.model_validate(tomllib.loads(task))))


def test_no_page_tells_a_unit_that_is_not_there(unitless: ServedModel) -> None:
    people = synthetic_people(200, seed=5)
    rows = np.stack([unitless.model.schema.encode(one) for one in people])
    person = people[int(np.argmax(unitless.model.classifier.risk(rows)))]
    problem = problem_about(unitless.model, person)
    result = answer(unitless, problem, min_robustness=0.0)
    (first, *_), features = problem.levers.items, person
    moved = change(first.feature.name, features[first.feature.name], float(first.values[-1]))
    found = context(recorded(unitless, features, option(1, moved), min_robustness=0.0), unitless)
    view = view_of(found, what_if_of(found, {}), WhatIfResult(estimate_with(found, None), (), ()))
    question = question_of(found)
    assert question is not None
    setting = setting_of(question, {PLACE + lever.feature.name: "0" for lever in question.levers})
    texts = [
        bytes(PAGES.page("patient.html", **view).body).decode(),
        bytes(PAGES.page("_more_charts.html", charts=charts_of(found, others=True)).body).decode(),
        messages(unitless.model.schema, Style.ZERO_SHOT, "the case")[0]["content"],
        str(setting.moved()),
        *(one.summary for one in result.counterfactuals),
    ]
    for text in texts:
        assert not re.search(r"\bNone\b", text)
    assert first.feature.unit is None
