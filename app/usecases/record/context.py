"""One answer with all that its page is made from."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.domain.constraints import Constraints
from app.domain.consultation import Consultation, general_consultation
from app.domain.patient import Patient
from app.domain.schema import FeatureSchema
from app.domain.scope import Scope
from app.engine.registry import ServedModel
from app.storage.consultation_tables import MeasurementRow, PreferencesRow
from app.storage.feedback_tables import FeedbackRow
from app.storage.tables import AnswerRow
from app.usecases.counterfactuals.mapping import from_row
from app.usecases.counterfactuals.option_schemas import CounterfactualOut
from app.usecases.counterfactuals.recorded import RecordedQuestion, recorded_question, scope_of
from app.usecases.counterfactuals.schemas import CounterfactualsAnswer
from app.usecases.feedback.judged import Judgements
from app.usecases.feedback.repository import current_verdicts
from app.usecases.plans.told import PlanOut
from app.usecases.preferences.standing import StandingPreferences, standing_of
from app.usecases.record.reference_distributions import ReferenceDistributions
from app.usecases.record.repository import PastRisk, RequestedAnswer


@dataclass(frozen=True, slots=True)
class RecordedHistory:
    """What is on record beside the answer that is shown.

    `base` is the answer that a what-if departed from; `older` where the history goes on; `others` what was
    asked for last by other models; `verdicts` all on the patient's options, oldest first;
    `judgements` what stands of options that change the same, of whichever answers by the model;
    `preferences` those that stand for the model.
    `measurements` all rows of results for the answer's model, in no order. `plans` those by the model, newest
    first.
    """

    base: AnswerRow | None
    answers: Sequence[AnswerRow] = ()
    older: UUID | None = None
    others: Sequence[RequestedAnswer] = ()
    risk_history: Sequence[PastRisk] = ()
    verdicts: Sequence[FeedbackRow] = ()
    judgements: Judgements = field(default_factory=dict)
    preferences: PreferencesRow | None = None
    measurements: Sequence[MeasurementRow] = ()
    plans: Sequence[PlanOut] = ()


@dataclass(frozen=True, slots=True)
class AnswerContext:
    """The answer that is shown, and the model it came from where that is still hosted.

    `question` is None where what is recorded does not fit the hosted schema any more, or another version gave
    the answer: two versions are not to be mixed.
    """

    row: AnswerRow
    sent_at: datetime
    answer: CounterfactualsAnswer
    served: ServedModel | None
    distributions: ReferenceDistributions | None
    question: RecordedQuestion | None
    history: RecordedHistory

    @property
    def patient(self) -> Patient | None:
        return self.question.patient if self.question else None

    @property
    def constraints(self) -> Constraints | None:
        return self.question.constraints if self.question else None

    @property
    def scope(self) -> Scope:
        """Which actions the answer's question was about."""
        return scope_of(self.row)

    @property
    def schema(self) -> FeatureSchema | None:
        """The hosted model's, with the actions of that scope."""
        return self.served.model.schema.within(self.scope) if self.served else None

    @property
    def consultation(self) -> Consultation:
        """What is said beside the model's estimates; in general words of a model that is hosted no more."""
        return self.served.consultation if self.served else general_consultation(self.answer.model.name)

    @property
    def options(self) -> list[CounterfactualOut]:
        return self.answer.counterfactuals

    @property
    def offered(self) -> list[CounterfactualOut]:
        """Options, then improvements."""
        return self.answer.offered

    @property
    def is_supposed(self) -> bool:
        """Whether its values are other ones than those that a caller sent."""
        base = self.history.base
        return base is not None and base.features != self.row.features

    @property
    def is_of_hosted_version(self) -> bool:
        """Whether the very model that is hosted now gave the answer."""
        return _is_of(self.row, self.served)

    @property
    def preferences(self) -> StandingPreferences:
        """What the patient can or will not do."""
        return standing_of(self.history.preferences, self.consultation)

    @property
    def measurements(self) -> Sequence[MeasurementRow]:
        """All that is on record of the patient's results for the answer's model."""
        return self.history.measurements

    @property
    def plan(self) -> PlanOut | None:
        """The one that is active."""
        return next((plan for plan in self.history.plans if plan.is_active), None)

    def current_verdicts(self) -> dict[UUID, FeedbackRow]:
        """The verdict that stands on each option."""
        return current_verdicts(self.history.verdicts)


def context_of(
    sent: RequestedAnswer,
    history: RecordedHistory,
    served: ServedModel | None,
    distributions: ReferenceDistributions | None,
) -> AnswerContext:
    """The context of one recorded answer."""
    row = sent.answer
    question = recorded_question(row, served)
    return AnswerContext(
        row=row,
        sent_at=sent.at,
        answer=from_row(row),
        served=served,
        distributions=distributions,
        question=question,
        history=history,
    )


def _is_of(row: AnswerRow, served: ServedModel | None) -> bool:
    return served is not None and row.prediction.model_digest == served.model.digest
