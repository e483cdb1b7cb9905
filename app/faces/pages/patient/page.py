"""The clinician's page of one answer, and the part of it that a what-if changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.domain.errors import ValidationIssue
from app.faces.http.pages.rendering import Pages
from app.faces.pages.patient.views.asked import asked_of
from app.faces.pages.patient.views.beside import alone_of, always_of, shortfall_text
from app.faces.pages.patient.views.certainty import EstimateView
from app.faces.pages.patient.views.charts import has_charts
from app.faces.pages.patient.views.compare import rows_of
from app.faces.pages.patient.views.conditions import conditions_of
from app.faces.pages.patient.views.course import course_of
from app.faces.pages.patient.views.day_charts import days_of
from app.faces.pages.patient.views.following import following, known_from
from app.faces.pages.patient.views.formatting import carried_text, degraded_text
from app.faces.pages.patient.views.front import front_of
from app.faces.pages.patient.views.header import header_of
from app.faces.pages.patient.views.history import history_of
from app.faces.pages.patient.views.improvements import ImprovementsView, improvements_of, unreached_title
from app.faces.pages.patient.views.known_result import known_result_of
from app.faces.pages.patient.views.model_evidence import evidence_of, weak_group_of
from app.faces.pages.patient.views.moves import MoveList, moves_of
from app.faces.pages.patient.views.next_step import next_step_of
from app.faces.pages.patient.views.options import OptionView, option_views
from app.faces.pages.patient.views.plan import plans_view
from app.faces.pages.patient.views.plan_form import NO_PLAN_FORMS
from app.faces.pages.patient.views.preferences import NOTHING_OFFERED, preferences_view, without_offers
from app.faces.pages.patient.views.result_form import result_form_of
from app.faces.pages.patient.views.risks import risk_view
from app.faces.pages.patient.views.said_before import said_since
from app.faces.pages.patient.views.target import fall_asked
from app.faces.pages.patient.views.unseen import incomplete
from app.faces.pages.patient.views.what_if import WhatIf
from app.faces.pages.patient.views.what_if_setting import Moved
from app.usecases.feedback.reasons import REASONS
from app.usecases.record.context import AnswerContext

PAGES = Pages(Path(__file__).parent / "templates")


@dataclass(frozen=True, slots=True)
class WhatIfResult:
    """What a setting of the levers comes to: a risk, or why there is none; and what it moves.

    `estimate` is the risk and how sure it is. `following` is what follows on average, by published effects.
    `beyond`: in which ways it is not permitted to an option, in words.
    """

    estimate: EstimateView | None
    faults: Sequence[ValidationIssue]
    moved: Sequence[Moved]
    following: Sequence[Moved] = ()
    beyond: Sequence[str] = ()


def view_of(context: AnswerContext, what_if: WhatIf | None, outcome: WhatIfResult) -> dict[str, Any]:
    """All that the page's template names. Asks the committee, so belongs in a thread.

    Of forms of plans that were refused: `typed` is what stands in them, by their place; `unplaced` is one
    whose form the page does not have.
    """
    answer, infeasible = context.answer, context.answer.infeasible
    options, improvements, cards = _offered(context)
    preferences = preferences_view(context)
    view: dict[str, Any] = {
        "who": header_of(context),
        "estimate_says": context.consultation.estimate.says,
        "caution": context.consultation.estimate.caution if cards else None,
        "next_step": next_step_of(context),
        "answer": answer,
        "risks": risk_view(context),
        "weak_group": weak_group_of(context),
        "known": known_result_of(context),
        "result_form": result_form_of(context),
        "options": options,
        "improvements": improvements,
        "cards": cards,
        "front": front_of(context),
        "infeasible": infeasible,
        "unreached": unreached_title(context) if infeasible else None,
        "nearest": _nearest(context),
        "nearest_following": following(context.schema, infeasible.brought_along) if infeasible else None,
        "asked": asked_of(context),
        "shortfall": shortfall_text(context),
        "alone": alone_of(context),
        "always": always_of(context),
        "away": [*degraded_text(answer.generation, bool(context.options)), *carried_text(answer.generation)],
        "days": days_of(context),
        "has_charts": has_charts(context),
        "rows": rows_of(context),
        "what_if": what_if,
        "outcome": outcome,
        "history": history_of(context),
        "course": course_of(context),
        "plans": plans_view(context),
        "said_since": said_since(context),
        "typed": NO_PLAN_FORMS,
        "unplaced": None,
        "trust": evidence_of(context),
        "incomplete": incomplete(context),
        "reasons": REASONS,
        "wanted_robustness": context.row.min_robustness,
        "supposed": context.is_supposed,
        "preferences": preferences,
        "refused": preferences.refused if preferences else (),
    }
    return without_offers(view) if view["refused"] else view


def grounds_of(context: AnswerContext) -> dict[str, Any]:
    """What the template of grounds names; nothing that the committee has to be asked."""
    infeasible = context.answer.infeasible
    options, improvements, cards = _offered(context)
    nearest = following(context.schema, infeasible.brought_along) if infeasible else None
    view = {
        "who": header_of(context),
        "answer": context.answer,
        "target": context.answer.prediction.target,
        "fall": fall_asked(context.row),
        "options": options,
        "improvements": improvements,
        "cards": cards,
        "known_from": known_from([*(card.following for card in cards), nearest]),
        "conditions": conditions_of(context),
    }
    return {**view, **NOTHING_OFFERED} if context.preferences.refusals else view


def _offered(context: AnswerContext) -> tuple[list[OptionView], ImprovementsView | None, list[OptionView]]:
    """Options, improvements, and the cards of both."""
    options, improvements = option_views(context), improvements_of(context)
    return options, improvements, [*options, *(improvements.cards if improvements else ())]


def _nearest(context: AnswerContext) -> MoveList | None:
    """What helps most although it does not reach the target."""
    found = context.answer.infeasible
    if found is None or not found.reached_by:
        return None
    now = context.answer.prediction.risk
    lowest, changes = found.lowest_reachable_risk, found.reached_by
    return moves_of(context.schema, now, lowest, changes, consultation=context.consultation)
