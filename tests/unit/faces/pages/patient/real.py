"""Real answers about held-out people, as the page reads them from the record: without a database."""

from typing import Any

from app.domain.counterfactual import Diversity
from app.domain.ids import RequestIds
from app.engine.registry import ModelRegistry
from app.faces.pages.patient.page import PAGES, WhatIfResult, grounds_of, view_of
from app.faces.pages.patient.views.certainty import estimate_with
from app.faces.pages.patient.views.what_if import what_if_of
from app.storage.tables import AnswerRow
from app.usecases.counterfactuals.mapping import from_result, to_parameters
from app.usecases.counterfactuals.request import validate
from app.usecases.counterfactuals.schemas import CounterfactualsRequest
from app.usecases.record.context import AnswerContext
from tests.kinds_of_answers import question_about
from tests.unit.engine.answers import answer
from tests.unit.faces.answers import ASKED
from tests.unit.faces.pages.patient.contexts import context
from tests.unit.usecases.counterfactuals.rows import row_of


def real_row(registry: ModelRegistry, person: int, **asked: Any) -> AnswerRow:
    """What is on record of the default model's answer about a held-out person, by search alone."""
    question = CounterfactualsRequest(**question_about(registry, person, f"N-{person}") | asked)
    validated = validate(registry, question)
    risk = float(validated.served.model.classifier.risk(validated.patient.factual[None])[0])
    estimate = validated.served.estimate(validated.patient.factual, risk)
    wishes = validated.preferences
    result = answer(
        validated.served,
        validated.problem(risk),
        wishes.count,
        wishes.min_robustness,
        diversity=Diversity.STRATEGIES,
        always=wishes.always,
    )
    told = from_result(validated, estimate, result, cache_away=False, elapsed_ms=12.0)
    row = row_of(to_parameters(validated, "digest", told, RequestIds("ours", None)))
    row.created_at = ASKED
    return row


def real_context(registry: ModelRegistry, person: int, **asked: Any) -> AnswerContext:
    """What the page of that answer is made from."""
    return context(real_row(registry, person, **asked), registry.named("dysglycaemia"))


def grounds_text(found: AnswerContext) -> str:
    """What the answer rests on, on one line and without hard spaces."""
    text = bytes(PAGES.page("grounds.html", **grounds_of(found)).body).decode()
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())


def page_text(found: AnswerContext) -> str:
    """The page, on one line and without hard spaces."""
    view = view_of(found, what_if_of(found, {}), WhatIfResult(estimate_with(found, None), (), ()))
    text = bytes(PAGES.page("patient.html", **view).body).decode()
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())
