"""What is told of drift."""

from datetime import date

from pydantic import BaseModel, Field

from app.domain.drift import Drift

_STATE = (
    "stable, moved or changed by the population stability index, with bounds at 0.1 and 0.25; too_few where "
    "there are fewer questions than `least`, of which nothing else is told."
)
_ASKED = "Among those asked about."
_REFERENCE = "Among the people of the model's data, without those who were held out."


class Compared(BaseModel):
    """One figure of those asked about, beside the same of the reference population."""

    asked: float = Field(description=_ASKED)
    reference: float = Field(description=_REFERENCE)


class FeatureDrift(BaseModel):
    """How far one feature has moved."""

    feature: str = Field(description="The feature's name.")
    label: str = Field(description="What people call it.")
    state: Drift = Field(description=_STATE)
    psi: float | None = Field(
        description="The population stability index of the feature, unknown among its bins."
    )
    unknown: Compared | None = Field(description="The share (0-1) of whom the feature is not known.")
    out_of_range: Compared | None = Field(
        description="The share (0-1) outside the range observed in training; null where a feature has none."
    )


class RiskDrift(BaseModel):
    """How far the estimates have moved."""

    state: Drift = Field(description=_STATE)
    psi: float | None = Field(description="The population stability index of the risk.")
    mean: Compared | None = Field(
        description="The mean risk (0-1). Of those asked about it is worked out from their histogram."
    )
    high: Compared | None = Field(description="The share (0-1) with a risk above the decision threshold.")


class DriftAnswer(BaseModel):
    """Whether those asked about of late are like the people of a version's data."""

    model: str = Field(description="The model's name.")
    version: str = Field(description="Its version.")
    first_day: date = Field(description="The first day (UTC) that is counted.")
    last_day: date = Field(description="The last day, which is today.")
    questions: int = Field(
        description="How many people were asked about in this time, each as often as somebody asked."
    )
    least: int = Field(description="The fewest questions that are judged.")
    state: Drift = Field(description="That of whatever has moved furthest: " + _STATE)
    risk: RiskDrift
    features: list[FeatureDrift] = Field(description="In the schema's order.")
