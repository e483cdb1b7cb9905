"""One answer with all that its page is made from."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.counterfactuals.recorded import as_answer
from app.counterfactuals.schemas import CounterfactualOut, CounterfactualsAnswer
from app.domain.patient import InvalidInputError, Patient, read_patient
from app.domain.schema import FeatureSchema
from app.engine.hosting import Hosted
from app.feedback.repository import standing
from app.patients.backgrounds import Background
from app.storage.feedback_tables import FeedbackRow
from app.storage.tables import AnswerRow


@dataclass(frozen=True, slots=True)
class Scene:
    """The answer that is shown, and the model it came from where that is still hosted.

    `patient` is None where the recorded values do not fit the hosted schema any more.
    """

    row: AnswerRow
    answer: CounterfactualsAnswer
    hosted: Hosted | None
    background: Background | None
    patient: Patient | None
    history: Sequence[AnswerRow]
    verdicts: Sequence[FeedbackRow]

    @property
    def schema(self) -> FeatureSchema | None:
        return self.hosted.model.schema if self.hosted else None

    @property
    def options(self) -> list[CounterfactualOut]:
        return self.answer.counterfactuals

    @property
    def is_of_hosted_version(self) -> bool:
        """Whether the very model that is hosted now gave the answer."""
        return self.hosted is not None and self.row.prediction.model_digest == self.hosted.model.digest

    def standing(self) -> dict[UUID, FeedbackRow]:
        """The verdict that stands on each option."""
        return standing(self.verdicts)


def scene_of(
    row: AnswerRow,
    history: Sequence[AnswerRow],
    verdicts: Sequence[FeedbackRow],
    hosted: Hosted | None,
    background: Background | None,
) -> Scene:
    """The scene of one recorded answer."""
    patient = None
    if hosted is not None:
        try:
            patient = read_patient(hosted.model.schema, row.features)
        except InvalidInputError:
            patient = None
    return Scene(row, as_answer(row), hosted, background, patient, history, verdicts)
