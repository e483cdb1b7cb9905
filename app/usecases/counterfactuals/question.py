"""The question of an answer: in the columns that keep it, and read back from them for the wire."""

from collections.abc import Mapping
from typing import Any

from app.domain.target import TargetKind
from app.storage.tables import AnswerRow
from app.usecases.counterfactuals.question_schemas import AskedConstraints, AskedPreferences, QuestionOut
from app.usecases.counterfactuals.request import ValidatedRequest
from app.usecases.said_days import days_json

_ASKED = ("count", "min_robustness", "generator", "include", "programme", "diversity")
"""Columns that hold what was wanted of the options, under the names of the wire."""

_OLDER: dict[str, Any] = {
    "features_to_vary": None,
    "features_to_keep": [],
    "permitted_range": {},
    "max_changes": None,
}
"""The limits of a question of a version that did not know them."""


def question_of(validated: ValidatedRequest) -> QuestionOut:
    """A question as it was understood."""
    return _question(asked_columns(validated))


def question_of_row(row: AnswerRow) -> QuestionOut:
    """A recorded question. Those older than targets of several kinds wished for a `max_risk`."""
    kept = (*_ASKED, "features", "days", "constraints", "always_improve")
    columns = {name: getattr(row, name) for name in kept}
    return _question(columns | {"target_asked": row.target_asked or {TargetKind.MAX_RISK: row.target}})


def asked_columns(validated: ValidatedRequest) -> dict[str, Any]:
    """A question in the columns of an answer."""
    return {
        "features": dict(validated.patient.values),
        "days": days_json(validated.days),
        "target_asked": validated.target_json(),
        "constraints": validated.constraints_json(),
        "count": validated.preferences.count,
        "min_robustness": validated.preferences.min_robustness,
        "generator": validated.preferences.generator,
        "include": list(validated.scope.include),
        "programme": validated.scope.programme,
        "diversity": validated.preferences.diversity,
        "always_improve": validated.preferences.always,
    }


def _question(columns: Mapping[str, Any]) -> QuestionOut:
    constraints = _OLDER | columns["constraints"]
    return QuestionOut(
        features=columns["features"],
        days=columns["days"],
        target=columns["target_asked"],
        constraints=AskedConstraints.model_validate(constraints),
        preferences=AskedPreferences(
            **{name: columns[name] for name in _ASKED}, always=columns["always_improve"]
        ),
    )
