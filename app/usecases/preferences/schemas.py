"""The wire forms of preferences."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

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
    given_by: str | None = Field(description="The name given when signing in with a browser; unchecked.")
    choices: list[PreferenceChoice] = Field(description="The model's preferences.")
