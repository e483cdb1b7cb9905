"""The question of a recorded answer, read back as far as the hosted model still understands it."""

from dataclasses import dataclass, replace

from app.domain.constraints import Constraints, read_constraints
from app.domain.errors import InvalidInputError
from app.domain.levers import levers_of
from app.domain.patient import Patient, read_patient
from app.domain.scope import Inclusion, Programme, Scope
from app.engine.problem import RecourseProblem
from app.engine.registry import ServedModel
from app.storage.tables import AnswerRow


@dataclass(frozen=True, slots=True)
class RecordedQuestion:
    """What was asked, of the very version that is hosted: two versions are not to be mixed."""

    served: ServedModel
    patient: Patient
    constraints: Constraints
    scope: Scope
    target: float

    @property
    def kept(self) -> frozenset[str]:
        """What the question did not permit to vary."""
        features = self.served.model.schema.within(self.scope).actionable
        return frozenset(one.name for one in features if not self.constraints.allows_varying(one.name))

    def open_problem(self, scope: Scope | None = None) -> RecourseProblem:
        """The levers that are open to the patient, within what the question permitted to end at.

        Of another scope than the question's where one is given. What was to be kept are locks, which can be
        opened: they bind options, not what a clinician supposes.
        """
        model = self.served.model
        schema = model.schema.within(scope or self.scope)
        unlocked = replace(self.constraints, features_to_vary=None, features_to_keep=())
        levers = levers_of(schema, self.patient, unlocked)
        return RecourseProblem(schema, self.patient, levers, model.classifier, self.target)


def recorded_question(row: AnswerRow, served: ServedModel | None) -> RecordedQuestion | None:
    """None where another version gave the answer, or its values do not fit the schema any more."""
    if served is None or row.prediction.model_digest != served.model.digest:
        return None
    scope, recorded = scope_of(row), row.constraints
    schema = served.model.schema.within(scope)
    try:
        patient = read_patient(schema, row.features)
        ranges = {name: (low, high) for name, (low, high) in recorded["permitted_range"].items()}
        constraints = read_constraints(
            schema,
            recorded["features_to_vary"],
            ranges,
            recorded["max_changes"],
            recorded.get("features_to_keep"),
        )
    except InvalidInputError:
        return None
    return RecordedQuestion(served, patient, constraints, scope, row.target)


def scope_of(row: AnswerRow) -> Scope:
    """Which actions a recorded answer's question was about."""
    return Scope(
        include=tuple(Inclusion(one) for one in row.include),
        programme=Programme(row.programme),
    )
