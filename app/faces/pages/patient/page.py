"""The clinician's page of one answer, and the part of it that a what-if changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.domain.errors import ValidationIssue
from app.faces.http.pages.rendering import Pages
from app.faces.pages.patient.views.charts import charts_of
from app.faces.pages.patient.views.compare import rows_of
from app.faces.pages.patient.views.formatting import degraded_text, moves_alone, permitted_ranges
from app.faces.pages.patient.views.header import header_of
from app.faces.pages.patient.views.history import history_of
from app.faces.pages.patient.views.model_evidence import evidence_of
from app.faces.pages.patient.views.options import option_views
from app.faces.pages.patient.views.risks import risk_view
from app.faces.pages.patient.views.what_if import WhatIf
from app.usecases.feedback.reasons import REASONS
from app.usecases.record.context import AnswerContext

PAGES = Pages(Path(__file__).parent / "templates")


@dataclass(frozen=True, slots=True)
class WhatIfResult:
    """What a setting of the levers comes to: a risk, or why there is none; and what it moves.

    `beyond`: in which ways it is not permitted to an option, in words.
    """

    risk: float | None
    faults: Sequence[ValidationIssue]
    moved: Sequence[tuple[str, str, str]]
    beyond: Sequence[str] = ()


def view_of(context: AnswerContext, what_if: WhatIf | None, outcome: WhatIfResult) -> dict[str, Any]:
    """All that the page's template names. Asks the committee, so belongs in a thread."""
    answer = context.answer
    infeasible = answer.infeasible
    return {
        "who": header_of(context),
        "answer": answer,
        "risks": risk_view(context),
        "options": option_views(context),
        "infeasible": infeasible,
        "permitted": permitted_ranges(context.schema, infeasible) if infeasible else (),
        "nearest": moves_alone(context.schema, infeasible.reached_by) if infeasible else (),
        "away": degraded_text(answer.generation),
        "charts": charts_of(context),
        "rows": rows_of(context),
        "what_if": what_if,
        "outcome": outcome,
        "history": history_of(context),
        "trust": evidence_of(context),
        "reasons": REASONS,
        "wanted_robustness": context.row.min_robustness,
        "supposed": context.is_supposed,
    }
