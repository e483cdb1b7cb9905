"""The wire forms of preferences."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.identity.caller import GIVEN_BY
from app.usecases.request_model import RequestModel

_MOST = 100
_Name = Annotated[str, StringConstraints(max_length=64)]


class PreferencesIn(RequestModel):
    """All that a patient can or will not do, in place of what was said before."""

    model: str | None = Field(
        None, description="The model whose codes and features these are; the configured one by default."
    )
    codes: list[_Name] = Field([], description="Codes of the model's preferences.", max_length=_MOST)
    features_to_keep: list[_Name] = Field(
        [],
        description="Further features or themes that are to stay as they are.",
        max_length=_MOST,
    )
    replaces: UUID | None = Field(
        None,
        description="The `id` of the preferences that stand so far, where there are any: whoever has not "
        "seen them is told what they are (409).",
    )


class RecordedPreferences(BaseModel):
    """Preferences that stand, as they were recorded."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID = Field(description="What preferences in their place name as `replaces`.")
    created_at: datetime = Field(description="When they were recorded.")
    codes: list[str] = Field(description="Codes of the model's preferences.")
    features_to_keep: list[str] = Field(description="Features and themes named beside the codes.")


class PreferenceChoice(BaseModel):
    """One of a model's preferences."""

    code: str = Field(description="What a request names.")
    label: str = Field(description="In words.")
    keeps: list[str] = Field(description="Features and themes that stay as they are.")
    refuses: str | None = Field(
        description="Why no options are offered at all; null where something is kept instead."
    )


class PreferencesOut(BaseModel):
    """What stands for a patient, and what there is to choose from."""

    id: UUID | None = Field(
        description="What preferences in place of these name as `replaces`; null where nothing was recorded."
    )
    patient_id: str = Field(description="The caller's own id of the patient.")
    model: str = Field(description="The model that these are about.")
    codes: list[str] = Field(description="Those that stand.")
    features_to_keep: list[str] = Field(description="Features and themes named beside the codes.")
    kept: list[str] = Field(description="The actionable features that all of it keeps as they are.")
    refused: list[str] = Field(description="Why no options are offered; empty where some are.")
    unknown_codes: list[str] = Field(
        description="Recorded codes that the model has no more: nobody heeds them."
    )
    recorded_at: datetime | None = Field(description="When it was recorded; null where nothing was.")
    given_by: str | None = Field(description=GIVEN_BY)
    choices: list[PreferenceChoice] = Field(description="The model's preferences.")
