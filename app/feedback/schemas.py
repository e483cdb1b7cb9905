"""The wire forms of feedback."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from app.feedback.reasons import Reason, Verdict
from app.parsing.free_text import read_free_text


def _free_text(text: object) -> object:
    return read_free_text(text) if isinstance(text, str) else text


Note = Annotated[str, BeforeValidator(_free_text), StringConstraints(strip_whitespace=True, max_length=1000)]


class FeedbackIn(BaseModel):
    """A verdict on one option of the answer in the path."""

    model_config = ConfigDict(extra="forbid")

    counterfactual_id: UUID = Field(description="The `id` of an option of the answer.")
    verdict: Verdict
    reason: Reason | None = Field(None, description="Why it is declined; required then, and only then.")
    note: Note | None = Field(None, description="In the clinician's own words; no names.")
    replaces: UUID | None = Field(
        None,
        description="The `id` of the verdict that stands so far, where there is one: whoever has not seen it "
        "is told that there is one (409).",
    )

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        self.note = self.note or None
        if (self.verdict is Verdict.DECLINED) != (self.reason is not None):
            raise ValueError("a reason goes with declining, and with nothing else")
        if self.reason is Reason.OTHER and not self.note:
            raise ValueError("another reason is to be given in the note")
        if self.verdict is Verdict.WITHDRAWN and self.replaces is None:
            raise ValueError("a withdrawal names what it replaces")
        return self


class FeedbackOut(BaseModel):
    """A recorded verdict."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    created_at: datetime
    counterfactual_id: UUID
    verdict: Verdict
    reason: Reason | None
    note: str | None
    given_by: str | None = Field(
        description="The name given when signing in with a browser; nobody checked it."
    )
    replaces: UUID | None
