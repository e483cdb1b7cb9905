"""Asking the engine directly."""

from app.classifiers.hosted import HostedModel
from app.domain.constraints import Constraints, read_constraints
from app.domain.levers import levers_of
from app.domain.patient import read_patient
from app.domain.schema import Value
from app.engine.question import Question

Person = dict[str, Value]


def question_about(
    model: HostedModel, person: Person, constraints: Constraints | None = None, target: float | None = None
) -> Question:
    """A question to the engine about one person, without constraints unless some are given."""
    patient = read_patient(model.schema, person)
    constraints = constraints or read_constraints(model.schema, None, None, None)
    levers = levers_of(model.schema, patient, constraints)
    return Question(model.schema, patient, levers, model.classifier, target or model.schema.model.threshold)
