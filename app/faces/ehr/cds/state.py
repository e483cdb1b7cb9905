"""What there is to say of an answer: by its estimate, or by a measured result, which counts in its place."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from app.domain.certainty import Certainty, certainty_of
from app.domain.consultation import STATES, Consultation, Finding, State
from app.ingest.fhir.record import MeasuredResult
from app.usecases.counterfactuals.option_schemas import CounterfactualOut
from app.usecases.counterfactuals.schemas import CounterfactualsAnswer
from app.usecases.feedback.judged import Judgement, Judgements, settling

MOST_SUGGESTIONS = 3


class Standing(StrEnum):
    """Where the patient stands."""

    SHOWN = "shown"
    """A measured result shows the outcome."""
    NOT_SHOWN = "not_shown"
    """A measured result, recent enough to stand, shows that it is not there."""
    ABOVE = "above"
    UNCLEAR = "unclear"
    BELOW = "below"


_OF_ESTIMATE: dict[State, Standing] = {
    "above": Standing.ABOVE,
    "unclear": Standing.UNCLEAR,
    "below": Standing.BELOW,
}


@dataclass(frozen=True, slots=True)
class Told:
    """An answer with what its model's consultation says of it."""

    answer: CounterfactualsAnswer
    consultation: Consultation
    today: date
    judged: Judgements = field(default_factory=dict)
    """What clinicians said of the patient's options before, by what an option changes."""

    @property
    def measured(self) -> MeasuredResult | None:
        return self.answer.measured_outcome

    @property
    def finding(self) -> Finding | None:
        """What the measured result says; None where there is none."""
        found = self.measured
        return self.consultation.measured.finding_of(found.value, found.has_outcome) if found else None

    @property
    def state(self) -> State:
        """Of the estimate alone; without a band it is never called clear."""
        made = self.answer.prediction
        if made.band is None:
            return "above" if made.risk > made.threshold else "unclear"
        return STATES[Certainty(certainty_of(made.risk, made.band, made.threshold))]

    @property
    def standing(self) -> Standing:
        """By the measured result where one stands, else by the estimate."""
        found, measured = self.measured, self.consultation.measured
        if found is None or not measured.counts_on(
            self.today, found.measured_on, found.value, found.has_outcome
        ):
            return _OF_ESTIMATE[self.state]
        return Standing.SHOWN if found.has_outcome else Standing.NOT_SHOWN

    @property
    def is_worth_a_card(self) -> bool:
        """Whether there is anything to say: a low estimate, or a result without the outcome, needs no card
        unless there are options in spite of it."""
        return self.standing not in (Standing.BELOW, Standing.NOT_SHOWN) or bool(self.shown)

    @property
    def shown(self) -> list[CounterfactualOut]:
        """The options that the card suggests; where nothing reaches the target, improvements. Those that
        somebody judged already are not offered again."""
        return [one for one in offered_on_card(self.answer) if self.judgement_of(one) is None]

    @property
    def settled(self) -> list[tuple[CounterfactualOut, Judgement]]:
        """What it would suggest, had nobody judged it already."""
        offered = offered_on_card(self.answer)
        return [(one, said) for one in offered if (said := self.judgement_of(one)) is not None]

    @property
    def is_settled(self) -> bool:
        """Whether there were options, and all of them were judged."""
        return bool(self.settled) and not self.shown

    def judgement_of(self, option: CounterfactualOut) -> Judgement | None:
        """What stands on an option, on another one that changes the same, or why not of its kind."""
        return settling(self.judged, option.changes)


def offered_on_card(answer: CounterfactualsAnswer) -> list[CounterfactualOut]:
    """What a card of this answer is about: the same each time, so that feedback on the card is on these."""
    return [*(answer.counterfactuals or answer.improvements)][:MOST_SUGGESTIONS]
