"""What use cases tell, as FHIR, with what is known of the hosted models."""

from dataclasses import dataclass

from app.classifiers.model_version import ModelVersion
from app.engine.registry import ModelRegistry
from app.fhir.answer import answer_bundle, answer_entries
from app.fhir.bundle import collection
from app.fhir.plan import plan_entries
from app.fhir.terms import Json
from app.usecases.counterfactuals.schemas import CounterfactualsAnswer, ModelOut
from app.usecases.plans.told import PlansPage
from app.usecases.record.schemas import InterventionsPage


@dataclass(frozen=True, slots=True)
class FhirWriter:
    """Writes bundles; `base` is the service's address, empty where links are to be relative."""

    registry: ModelRegistry
    base: str

    def answer(self, answer: CounterfactualsAnswer) -> Json:
        """One answer."""
        return answer_bundle(answer, self._hosted(answer.model), self.base)

    def interventions(self, page: InterventionsPage, own: str, older: str | None) -> Json:
        """A page of answers; `own` and `older` are addresses of pages."""
        entries = (
            entry
            for answer in page.answers
            for entry in answer_entries(answer, self._hosted(answer.model), self.base)
        )
        return collection(entries, links={"self": own, "next": older})

    def plans(self, page: PlansPage, own: str, older: str | None) -> Json:
        """A page of plans; `own` and `older` are addresses of pages."""
        entries = (
            entry for plan in page.plans for entry in plan_entries(plan, self._hosted(plan.model), self.base)
        )
        return collection(entries, links={"self": own, "next": older})

    def _hosted(self, model: ModelOut) -> ModelVersion | None:
        """The very version, since codes and words are a version's own."""
        served = self.registry.find(f"{model.name}@{model.version}")
        return served.model if served else None
