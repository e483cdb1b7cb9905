"""What resources of one answer or plan have in common: the patient, the days, the words of the model."""

from dataclasses import dataclass
from datetime import date

from app.domain.counterfactual import Change
from app.domain.horizon import review_after
from app.domain.schema import FeatureSchema
from app.domain.scope import Inclusion, Scope
from app.fhir import references
from app.fhir.terms import Json

_WITH_TREATMENT = Scope(include=(Inclusion.TREATMENT,))


@dataclass(frozen=True, slots=True)
class Occasion:
    """Whom resources are about, from which day to which, in which schema's terms.

    `schema` is None where the model is hosted no more: then there are words, but no codes.
    """

    patient_id: str
    start: date
    due: date | None
    schema: FeatureSchema | None

    @classmethod
    def of_option(cls, patient_id: str, start: date, schema: FeatureSchema | None) -> "Occasion":
        """Of an option: due when the model's horizon is over."""
        due = review_after(schema.model.horizon, start) if schema else None
        return cls(patient_id, start, due, schema)

    @property
    def subject(self) -> Json:
        return references.patient(self.patient_id)

    @property
    def period(self) -> Json:
        end = {"end": self.due.isoformat()} if self.due else {}
        return {"start": self.start.isoformat(), **end}

    def acting(self, change: Change) -> FeatureSchema | None:
        """The schema in which the changed feature has an action; None where there is none."""
        if self.schema is None or change.feature not in self.schema:
            return None
        if self.schema[change.feature].action is not None:
            return self.schema
        treated = self.schema.within(_WITH_TREATMENT)
        return treated if treated[change.feature].action is not None else None
