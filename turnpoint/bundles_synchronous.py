"""FHIR, for code that waits."""

from uuid import UUID

from turnpoint import bundles
from turnpoint.bundles import Bundle
from turnpoint.transport import Driver


class Bundles:
    """What `Turnpoint` gives in FHIR R4."""

    _driver: Driver

    def answer_bundle(self, answer_id: UUID | str) -> Bundle:
        """A recorded answer: estimates, goals, care plans, and which AI says so."""
        return self._driver.run(bundles.answer(answer_id))

    def interventions_bundle(self, patient_id: str, *, page_size: int = 20) -> Bundle:
        """The newest answers of a patient; its link `next` leads to older ones."""
        return self._driver.run(bundles.interventions(patient_id, page_size))

    def plans_bundle(self, patient_id: str, *, page_size: int = 20) -> Bundle:
        """The newest plans of a patient, as care plans; its link `next` leads to older ones."""
        return self._driver.run(bundles.plans(patient_id, page_size))
