"""How a change stands against a person's last days, as an answer tells it."""

from pydantic import BaseModel, ConfigDict, Field


class OnDays(BaseModel):
    """The level that a change ends at, held against the question's `days`. No score rests on it."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    of: int = Field(description="How many of the days told have a value of this feature.")
    reached: int = Field(description="On how many of these it was at the level that is asked for, or beyond.")
    unknown: int = Field(
        description="How many of the days told have no value of it: nothing is taken for it. A day "
        "that was not told is in neither."
    )
    median_lacking: float | None = Field(
        description="By how much the other days with a value fell short, in the feature's unit: their "
        "median, to the feature's precision. Null where there are none, and of what is no number."
    )
    words: str = Field(description="All of it in words.")
