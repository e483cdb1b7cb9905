"""Rows of an answer without a database."""

import json
from typing import Any
from uuid import UUID

from app.storage.record import Values
from app.storage.tables import AnswerRow, Base, CounterfactualRow, GenerationRow, PredictionRow


def row_of(parameters: Values) -> AnswerRow:
    """The rows as PostgreSQL would keep them: options and JSON columns by way of JSON text."""
    answer = AnswerRow(**_columns(AnswerRow, parameters))
    answer.prediction = PredictionRow(**_columns(PredictionRow, parameters))
    answer.generation = GenerationRow(**_columns(GenerationRow, parameters))
    for name in (
        "infeasible",
        "warnings",
        "shortfall",
        "no_improvement",
        "frontier",
        "conditions",
        "most_helpful",
        "always",
        "provenance",
        "not_used",
        "measured_outcome",
        "ask_next",
    ):
        setattr(answer, name, json.loads(json.dumps(getattr(answer, name))))
    answer.options = [
        CounterfactualRow(**option | {name: UUID(option[name]) for name in ("id", "answer_id")})
        for option in json.loads(json.dumps(parameters["options"]))
    ]
    return answer


def _columns(row: type[Base], parameters: Values) -> dict[str, Any]:
    """All but the tenant, which PostgreSQL fills in."""
    names = [name for name in row.__table__.columns.keys() if name != "tenant"]  # noqa: SIM118
    return {name: parameters[f"{row.__tablename__}_{name}"] for name in names}
