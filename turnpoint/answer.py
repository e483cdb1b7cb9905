"""An answer to a question about one patient, and how it shows itself as a table."""

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from pydantic import Field

from turnpoint.answers import (
    AlwaysSaid,
    AnsweringModel,
    AskNext,
    Conditions,
    Counterfactual,
    FeatureSource,
    Feedback,
    FrontierPoint,
    Generation,
    Improvement,
    Infeasible,
    InputWarning,
    LeverAlone,
    MeasuredResult,
    NoImprovement,
    NotUsed,
    Now,
    Question,
    Read,
    Shortfall,
    Status,
)
from turnpoint.showing.frames import frame_of
from turnpoint.showing.html import html_of
from turnpoint.showing.rows import DASH, Form, rows_of

if TYPE_CHECKING:
    from pandas import DataFrame


class Answer(Read):
    """A recorded answer to a question about one patient.

    In a notebook it shows itself as a table of what its options change, without what they leave alone.
    """

    recorded: ClassVar[bool] = True
    """Whether the service has it on record under its `id`."""

    id: UUID
    patient_id: str
    created_at: datetime
    model: AnsweringModel
    prediction: Now
    status: Status
    counterfactuals: list[Counterfactual]
    shortfall: Shortfall | None = None
    """Why there are fewer options than were asked for; None where there are not, or none was found."""
    infeasible: Infeasible | None
    improvements: list[Improvement] = Field([])
    """What lowers the risk reliably where no option holds, or where it was asked for, least effort first."""
    no_improvement: NoImprovement | None = None
    """Why there are none where there should be."""
    frontier: list[FrontierPoint] = Field([])
    """The least effort for each level of risk in reach, by effort."""
    conditions: Conditions | None = None
    """What options, improvements, frontier and every proof hold for."""
    most_helpful: list[LeverAlone] = Field([])
    """How far each change goes alone, the most helpful first."""
    always: list[AlwaysSaid] = Field([])
    """What is said to this person whatever the options are."""
    generation: Generation
    question: Question | None = None
    """What was asked; None where an older service does not tell."""
    warnings: list[InputWarning] = Field([])
    """Values that should be checked before anybody relies on the answer."""
    provenance: dict[str, FeatureSource] = Field({})
    """Where the values come from, by feature; empty where no bundle was sent."""
    not_used: list[NotUsed] = Field([])
    """What of the bundle tells no feature, and why."""
    measured_outcome: MeasuredResult | None = None
    """The newest result that is known."""
    ask_next: list[AskNext] = Field([])
    """What to ask or measure next, most telling first."""
    based_on: UUID | None = None
    """The answer that a what-if on the patient's page departed from; None where a caller asked."""
    refines: UUID | None = None
    """The hurried answer to the same question that this one was worked out behind."""

    def to_frame(self, form: Form = "long", *, changes_only: bool = False) -> "DataFrame":
        """Options and improvements as a pandas DataFrame, beside what they depart from.

        `long`: a row for each option and feature that changes, with `from` and `to`. `wide`: the original,
        then each option, as whole rows; with `changes_only` an option's row has the features that change.

        Raises:
            LackingError: pandas is not installed.
        """
        return frame_of([{}], [rows_of(self, form, changes_only)])

    def visualize_as_dataframe(self, show_only_changes: bool = False) -> "DataFrame":
        """As of DiCE's explanations: the wide table, with "-" for what an option leaves as it is."""
        return frame_of([{}], [rows_of(self, "wide", show_only_changes, DASH)])

    def _repr_html_(self) -> str:
        return html_of(self, self.recorded)


class UnrecordedAnswer(Answer):
    """An answer that was worked out in process: no service has it on record, its `id` names nothing there."""

    recorded: ClassVar[bool] = False


class InterventionsPage(Read):
    """Answers about a patient, newest first; `next` is the cursor of the page after, None on the last.

    `feedback` is the verdict that stands on each of their options that has one.
    """

    patient_id: str
    answers: list[Answer]
    feedback: list[Feedback] = Field([])
    next: UUID | None
