"""What callers send to make a plan, and to change one."""

from datetime import date
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from app.domain.errors import InvalidInputError
from app.parsing.dates import read_date
from app.parsing.free_text import FreeTextError, is_visible, read_free_text
from app.usecases.feedback.schemas import Note
from app.usecases.plans.states import OWN_REASONS, ChangeKind, StopReason
from app.usecases.request_model import RequestModel

NAME_LENGTH = 100


def _one_line(text: object) -> object:
    if not isinstance(text, str):
        return text
    text = read_free_text(text).strip()
    if "\n" in text or "\t" in text:
        raise FreeTextError("must be one line")
    return text


def _date(given: object) -> object:
    """Texts alone: a number of seconds is no date."""
    return read_date(given if isinstance(given, str) else "")


Name = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=NAME_LENGTH), BeforeValidator(_one_line)
]
Day = Annotated[date, BeforeValidator(_date)]


class WhatIfIn(RequestModel):
    """A clinician's own setting of what can change, from the values of a recorded answer."""

    answer_id: UUID = Field(description="The `id` of the answer whose values it departs from.")
    values: dict[str, Any] = Field(
        description="What is to change, by feature, each put to a step open to the patient; all else stays, "
        "or moves along."
    )


class PlanIn(RequestModel):
    """What is planned: an option or an improvement of a recorded answer, or a what-if of one's own."""

    counterfactual_id: UUID | None = Field(
        None, description="The `id` of the option or improvement; this, or `what_if`."
    )
    what_if: WhatIfIn | None = Field(None, description="A setting of one's own, in place of that.")
    name: Name | None = Field(None, description="What the plan is called; the strategy's name by default.")
    note: Note | None = Field(None, description="In the clinician's own words; no names.")
    review_on: Day | None = Field(
        None,
        description="When it is looked at again, within two years; by default when the model's horizon is "
        "over.",
    )

    @model_validator(mode="after")
    def _is_of_one_thing(self) -> Self:
        self.name = self.name if self.name and is_visible(self.name) else None
        self.note = self.note if self.note and is_visible(self.note) else None
        if (self.counterfactual_id is None) == (self.what_if is None):
            raise InvalidInputError.at("", "needs counterfactual_id or what_if, and not both")
        return self


class PlanChangeIn(RequestModel):
    """What is done to an active plan."""

    kind: ChangeKind = Field(description="What is done to it.")
    replaces: UUID = Field(
        description="The `standing_event` of the plan as it was seen: whoever has not seen the newest one is "
        "told so (409)."
    )
    review_on: Day | None = Field(
        None, description="The new date, within two years; required to move the review, and only then."
    )
    reason: StopReason | None = Field(
        None,
        description="Why it is stopped; required then, and only then. `undone` takes back the accepted "
        "verdict as well; `declined` and `replaced` are the service's own.",
    )
    note: Note | None = Field(None, description="In the clinician's own words; no names.")

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        self.note = self.note if self.note and is_visible(self.note) else None
        if (self.kind is ChangeKind.REVIEW_MOVED) != (self.review_on is not None):
            raise InvalidInputError.at("/review_on", "goes with moving the review, and with nothing else")
        if (self.kind is ChangeKind.STOPPED) != (self.reason is not None):
            raise InvalidInputError.at("/reason", "goes with stopping, and with nothing else")
        if self.reason in OWN_REASONS:
            raise InvalidInputError.at("/reason", "is one that the service alone gives")
        if self.reason is StopReason.OTHER and not self.note:
            raise InvalidInputError.at("/note", "is required, since the reason is another one")
        return self
