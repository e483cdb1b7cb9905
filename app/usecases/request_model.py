"""What every request body has in common."""

from pydantic import BaseModel, ConfigDict


class RequestModel(BaseModel):
    """A body that callers send: what it does not know is refused, so that a misspelt name is not lost."""

    model_config = ConfigDict(extra="forbid")
