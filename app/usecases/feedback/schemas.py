"""The wire forms of feedback."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from app.domain.errors import InvalidInputError
from app.identity.caller import GIVEN_BY
from app.parsing.free_text import is_visible, read_free_text
from app.usecases.feedback.reasons import Reason, Verdict
from app.usecases.request_model import RequestModel


def _free_text(text: object) -> object:
    return read_free_text(text) if isinstance(text, str) else text


Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000), BeforeValidator(_free_text)]


class FeedbackIn(RequestModel):
    """A verdict on one option, or one improvement, of the answer in the path."""

    counterfactual_id: UUID = Field(description="The `id` of an option or an improvement of the answer.")
    verdict: Verdict = Field(description="What becomes of the option.")
    reason: Reason | None = Field(None, description="Why it is declined; required then, and only then.")
    note: Note | None = Field(None, description="In the clinician's own words; no names.")
    replaces: UUID | None = Field(
        None,
        description="The `id` of the verdict that stands so far, where there is one: whoever has not seen it "
        "is told that there is one (409).",
    )

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        self.note = self.note if self.note and is_visible(self.note) else None
        if (self.verdict is Verdict.DECLINED) != (self.reason is not None):
            raise InvalidInputError.at("/reason", "goes with declining, and with nothing else")
        if self.reason is Reason.OTHER and not self.note:
            raise InvalidInputError.at("/note", "is required, since the reason is another one")
        if self.verdict is Verdict.WITHDRAWN and self.replaces is None:
            raise InvalidInputError.at("/replaces", "is required: a withdrawal names what it replaces")
        return self


class StandingVerdict(BaseModel):
    """A verdict that stands, without its note: errors hold nothing that a clinician wrote of a person."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID = Field(description="What a verdict in its place names as `replaces`.")
    created_at: datetime = Field(description="When it was given.")
    counterfactual_id: UUID = Field(description="The option that it is on.")
    verdict: Verdict = Field(description="What was said of the option.")
    reason: Reason | None = Field(description="Why it was declined; null for other verdicts.")


class FeedbackOut(StandingVerdict):
    """A recorded verdict."""

    note: str | None = Field(description="In the clinician's own words.")
    given_by: str | None = Field(description=GIVEN_BY)
    replaces: UUID | None = Field(
        description="The `id` of the verdict that stood before; null for the first."
    )
