"""What to ask a patient next: features that are not known, by how much knowing them would tell."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.domain.schema import FeatureSchema
from app.domain.wording import inline

MOST_NAMED = 3
"""Of what to ask next, in a sentence for clinicians."""


class AskNext(BaseModel):
    """A feature that is not known, and what it would tell."""

    model_config = ConfigDict(frozen=True)

    feature: str = Field(description="Its name.")
    narrows: float = Field(
        description="By how much (0-1) the band would be narrower, on average, once it is known: of the "
        "estimates that refits make with each value that people like this one have, how far apart the middle "
        "nine tenths of all are, less how far apart they are for one value."
    )


AskNextTold = Annotated[
    list[AskNext],
    Field(
        description="Features that are not known and would narrow the band by half a point or more, those "
        "first that would most. Empty where none would, and in answers from before this was told."
    ),
]


def first_to_ask(asked: Sequence[AskNext], schema: FeatureSchema | None) -> list[str]:
    """What would tell most, as it is called within a sentence: a few names, the first of them first.

    A feature that no hosted model knows is called as it was recorded.
    """
    return [_within(one.feature, schema) for one in asked[:MOST_NAMED]]


def _within(name: str, schema: FeatureSchema | None) -> str:
    return inline(schema[name].label) if schema and name in schema else name.replace("_", " ")
