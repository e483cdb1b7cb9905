"""What an answer says of values that may not be what was meant."""

from pydantic import BaseModel, ConfigDict, Field


class InputWarning(BaseModel):
    """A value that was taken as it is, and should be checked."""

    model_config = ConfigDict(frozen=True)

    pointer: str = Field(description="JSON Pointer to the value in the question, such as `/features/waist`.")
    detail: str = Field(
        description="What is unusual about the value, and in which other unit the same number would be "
        "usual, if there is one."
    )
