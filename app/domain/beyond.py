"""In which ways a setting goes further than an option may: what is proved of options holds without it."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from app.domain.schema import Value


class BeyondKind(StrEnum):
    """What a setting does that no option does."""

    KEPT = "kept"  # it changes what the question kept as it is
    MANY = "many"  # it changes more behaviours at once
    RELATION = "relation"  # it breaks a relation between features
    RANGE = "range"  # something follows to where it is not to be


class Beyond(BaseModel):
    """One way in which a setting goes further than an option may."""

    model_config = ConfigDict(frozen=True)

    kind: BeyondKind = Field(
        description="`kept`: it changes a feature that the question kept. `many`: it changes more behaviours "
        "than the question permits. `relation`: it breaks a relation of the model's. `range`: a feature "
        "follows to outside the range in which it is to stay."
    )
    feature: str | None = Field(description="The feature that is kept, or out of range; else null.")
    label: str | None = Field(description="What people call it; of a relation its name.")
    value: Value = Field(description="Where a feature out of range ends; else null.")
    moved: int | None = Field(description="How many behaviours it changes, where they are too many.")
    most: int | None = Field(description="How many an option changes at most, there.")
