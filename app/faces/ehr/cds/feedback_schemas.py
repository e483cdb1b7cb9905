"""The wire form of feedback on cards."""

from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from app.domain.errors import InvalidInputError
from app.faces.ehr.cds.call_schemas import Tolerant

Name = Annotated[str, Field(max_length=200)]
"""A UUID, of cards that are ours; whatever else it is, nothing is found by it."""
_MOST = 500


class AcceptedSuggestion(Tolerant):
    """A suggestion that was taken up."""

    id: Name = Field(description="Its `uuid`.")


class OverrideCoding(Tolerant):
    """A code, of the card's `overrideReasons` or of the EHR's own."""

    system: str | None = Field(None, max_length=2000, description="Whose code it is.")
    code: str | None = Field(None, max_length=200, description="The code.")
    display: str | None = Field(None, max_length=2000, description="What it means.")


class OverrideReason(Tolerant):
    """Why a card was not followed: by a code, in words, or both."""

    reason: OverrideCoding | None = Field(None, description="By a code.")
    user_comment: str | None = Field(
        None, alias="userComment", max_length=20_000, description="In the clinician's words."
    )

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.reason is None and self.user_comment is None:
            raise InvalidInputError.at("", "must have a reason or a userComment")
        return self


class CardFeedback(Tolerant):
    """What became of one card."""

    card: Name = Field(description="Its `uuid`. One that is not known is passed over.")
    outcome: Literal["accepted", "overridden"] = Field(description="What became of it.")
    accepted_suggestions: list[AcceptedSuggestion] = Field(
        [],
        alias="acceptedSuggestions",
        max_length=100,
        description="Those that were taken up; needed where the outcome is `accepted`.",
    )
    override_reason: OverrideReason | None = Field(
        None, alias="overrideReason", description="Why it was not followed."
    )
    outcome_timestamp: AwareDatetime = Field(alias="outcomeTimestamp", description="When, with its offset.")

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        if self.outcome == "accepted" and not self.accepted_suggestions:
            raise InvalidInputError.at("/acceptedSuggestions", "is required where a card is accepted")
        return self


class Feedback(Tolerant):
    """What became of some cards. The same card may be reported more than once."""

    feedback: list[CardFeedback] = Field(min_length=1, max_length=_MOST, description="One for each report.")
