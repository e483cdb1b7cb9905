"""From a request to a checked question, and the digest under which its answer is cached."""

import hashlib
import json
from dataclasses import dataclass, replace
from typing import Any, Self
from uuid import UUID

from app.domain.constraints import Constraints, read_constraints
from app.domain.days import Day
from app.domain.errors import Gathering, InvalidInputError, ValidationIssue
from app.domain.input_warning import InputWarning
from app.domain.levers import levers_of
from app.domain.patient import Patient
from app.domain.schema import FeatureSchema
from app.domain.scope import Scope
from app.domain.target import Target, TargetKind, max_risk
from app.engine.preferences import Preferences
from app.engine.problem import RecourseProblem, reaching
from app.engine.registry import ModelRegistry, ServedModel
from app.ingest.fhir.record import EhrResults, MeasuredResult, PatientRecord
from app.usecases.counterfactuals.schemas import (
    ConstraintsIn,
    CounterfactualsAnswer,
    CounterfactualsRequest,
)
from app.usecases.patient_record import patient_of, record_of
from app.usecases.preferences.standing import NOTHING_LEFT, NothingLeftError, StandingPreferences
from app.usecases.said_days import days_json

_FORM = 8
"""Of answers: a cached one of an older form would keep back what the newer tells."""


@dataclass(frozen=True, slots=True)
class ValidatedRequest:
    """A checked request, of the actions of a scope; `base` is the answer that a what-if departed from."""

    patient_id: str
    served: ServedModel
    patient: Patient
    scope: Scope
    constraints: Constraints
    target: Target
    preferences: Preferences
    base: CounterfactualsAnswer | None = None
    record: PatientRecord | None = None
    """Where the values come from, if a bundle told some of them."""
    days: tuple[Day, ...] = ()
    """The person's last days, which no score rests on."""
    measured: MeasuredResult | None = None
    """The newest result that is known, from the bundle or on record."""

    @property
    def found(self) -> EhrResults | None:
        """What the bundle tells of results."""
        return self.record.results if self.record else None

    @property
    def is_overruled(self) -> bool:
        """Whether a result shows the outcome, so that no estimate of it is low enough."""
        return self.measured is not None and self.measured.has_outcome

    @property
    def wishes(self) -> Preferences:
        """The preferences, and what lowers the risk in any case where the outcome is there already."""
        return replace(self.preferences, always=True) if self.is_overruled else self.preferences

    @property
    def schema(self) -> FeatureSchema:
        """The model's, with the actions that the question is about."""
        return self.served.model.schema.within(self.scope)

    @property
    def based_on(self) -> UUID | None:
        return self.base.id if self.base else None

    def warnings(self) -> list[InputWarning]:
        """What should be checked of the values that were entered: what a what-if supposes was not."""
        return self.base.warnings if self.base else self.served.oddness.warnings(self.patient.factual)

    def within(self, preferences: StandingPreferences) -> Self:
        """The question with what the patient can or will not do kept as it is.

        Raises:
            NothingLeftError: nothing would be left to change for this patient.
        """
        given = self.constraints
        kept = preferences.kept(self.schema)
        if not kept:
            return self
        vary = given.features_to_vary
        constraints = replace(
            given,
            features_to_keep=tuple(sorted({*given.features_to_keep, *kept})),
            features_to_vary=None if vary is None else tuple(name for name in vary if name not in kept),
        )
        if len(levers_of(self.schema, self.patient, constraints)) == 0:
            raise NothingLeftError.at("", NOTHING_LEFT)
        return replace(self, constraints=constraints)

    def problem(self, risk: float) -> RecourseProblem:
        """The engine's form of it, for the patient's risk as things are; asks the classifier for a fall.

        Raises:
            InvalidInputError: no fall is as large as the one that is asked for.
            ClassifierError: the classifier is away.
        """
        model, references = self.served.model, self.served.references
        levers = levers_of(self.schema, self.patient, self.constraints)
        question = RecourseProblem(self.schema, self.patient, levers, model.classifier, target=risk)
        question = reaching(question, self.target, risk, references.evaluator)
        place = f"/target/{self.target.kind}"
        if question.target <= 0:
            raise InvalidInputError.at(place, "is not less than the present risk")
        if self.target.kind is not TargetKind.MAX_RISK and question.target >= risk:
            raise InvalidInputError.at(place, "is too small to make a difference")
        return question

    def constraints_json(self) -> dict[str, Any]:
        return {
            "features_to_vary": self.constraints.features_to_vary,
            "features_to_keep": self.constraints.features_to_keep,
            "permitted_range": {
                name: list(bounds) for name, bounds in self.constraints.permitted_range.items()
            },
            "max_changes": self.constraints.max_changes,
        }

    def target_json(self) -> dict[str, float]:
        return {self.target.kind: self.target.amount}

    def digest(self, proposer_version: str) -> str:
        """SHA-256 of the canonical question with the versions of all that shapes its answer."""
        canonical = {
            "form": _FORM,
            "patient_id": self.patient_id,
            "model": self.served.model.digest,
            "proposer": proposer_version,
            "features": {name: self.patient.values[name] for name in sorted(self.patient.values)},
            **({"days": days_json(self.days)} if self.days else {}),
            "target": self.target_json(),
            "constraints": self.constraints_json(),
            "count": self.preferences.count,
            "min_robustness": self.preferences.min_robustness,
            "generator": self.preferences.generator,
            "include": self.scope.include,
            "programme": self.scope.programme,
            "diversity": self.preferences.diversity,
            "always": self.preferences.always,
            "based_on": str(self.based_on) if self.based_on else None,
            "record": self._record_json(),
            "measured": self.measured.model_dump(mode="json") if self.measured else None,
        }
        text = json.dumps(canonical, separators=(",", ":"), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def _record_json(self) -> dict[str, Any] | None:
        if self.record is None:
            return None
        return {
            "provenance": {name: one.model_dump(mode="json") for name, one in self.record.provenance.items()},
            "not_used": [one.model_dump(mode="json") for one in self.record.not_used],
        }


def validate(
    registry: ModelRegistry, request: CounterfactualsRequest, base: CounterfactualsAnswer | None = None
) -> ValidatedRequest:
    """Check a request against the schema of the model it names.

    `base` is the answer that a what-if departed from.

    Raises:
        InvalidInputError: with every fault of features, constraints and days at once.
    """
    served = registry.named(request.model)
    scope = Scope(include=tuple(sorted(set(request.include))), programme=request.programme)
    schema = served.model.schema.within(scope)
    faults: list[ValidationIssue] = []
    patient: Patient | None = None
    constraints: Constraints | None = None
    days: tuple[Day, ...] = ()
    with Gathering(faults):
        values, found = record_of(request, served)
        request.check_whose(found, request.patient_id)
        patient, record = patient_of(schema, served.ehr, values, found)
    with Gathering(faults):
        given = request.constraints or ConstraintsIn()
        constraints = read_constraints(
            schema, given.features_to_vary, given.permitted_range, given.max_changes, given.features_to_keep
        )
    with Gathering(faults):
        days = request.read_days(schema)
    if faults or patient is None or constraints is None:
        raise InvalidInputError(faults)
    facts = schema.model
    return ValidatedRequest(
        patient_id=request.patient_id,
        served=served,
        patient=patient,
        scope=scope,
        constraints=constraints,
        target=request.target.wish() if request.target else max_risk(facts.threshold),
        preferences=Preferences(
            count=request.count,
            min_robustness=facts.min_robustness if request.min_robustness is None else request.min_robustness,
            generator=request.generator,
            diversity=request.diversity,
            always=request.always,
        ),
        base=base,
        record=record,
        days=days,
    )
