"""The context of a page, from answers made by hand and a model of the shipped schema."""

from typing import Any

from app.engine.registry import ServedModel
from app.storage.tables import AnswerRow
from app.usecases.record.context import AnswerContext, RecordedHistory, context_of
from app.usecases.record.reference_distributions import ReferenceDistributions, reference_distributions_of
from app.usecases.record.repository import RequestedAnswer
from tests.unit.faces.answers import ASKED, row_of

_PEOPLE: dict[str, ReferenceDistributions] = {}


def recorded(served: ServedModel, features: Any, *options: Any, **columns: Any) -> AnswerRow:
    """An answer of the very version that is hosted."""
    return row_of(served.model.schema, features, *options, digest=served.model.digest, **columns)


def context(row: AnswerRow, served: ServedModel | None, **history: Any) -> AnswerContext:
    """What the page of an answer is made from."""
    whole = {"base": None, "answers": [row]} | history
    return context_of(RequestedAnswer(row, ASKED), RecordedHistory(**whole), served, people_of(served))


def people_of(served: ServedModel | None) -> ReferenceDistributions | None:
    """Whom a model learned from."""
    if served is None:
        return None
    reference = served.model.reference
    if reference not in _PEOPLE:
        _PEOPLE.update(reference_distributions_of([served]))
    return _PEOPLE[reference]
