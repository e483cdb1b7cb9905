"""The wire form of cards."""

from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from app.fhir.form import filled

Json = dict[str, Any]
Indicator = Literal["info", "warning"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)


class Coding(_Part):
    """A code."""

    system: str = Field(description="Whose code it is.")
    code: str = Field(description="The code.")
    display: str = Field(description="What it means.")


class Source(_Part):
    """Who says it."""

    label: str = Field(description="The service.")
    url: str | None = Field(None, description="The model's card: what it is good for, and where not.")
    topic: Coding = Field(description="What the card is about: the model.")


class Action(_Part):
    """One resource that the EHR is to create when the suggestion is accepted."""

    type: Literal["create"] = Field("create", description="Nothing is changed or deleted.")
    description: str = Field(description="The resource in words.")
    resource: Json = Field(description="A FHIR R4 Goal or ServiceRequest: proposed, and a draft.")


class Suggestion(_Part):
    """One option of the answer, or one improvement."""

    label: str = Field(description="The option in words.")
    uuid: UUID = Field(description="The option's `id` in the answer.")
    is_recommended: bool | None = Field(None, description="True of one at most: the option of least effort.")
    actions: list[Action] = Field(description="All of them belong together.")


class Link(_Part):
    """Where the answer is looked at as a whole."""

    label: str = Field(description="The link in words.")
    url: str = Field(description="It names no patient.")
    type: Literal["absolute", "smart"] = Field(description="`smart` starts the page by SMART App Launch.")
    app_context: str | None = Field(None, description="The answer's `id`; of a `smart` link alone.")


class Card(_Part):
    """What is told of one answer."""

    uuid: UUID = Field(description="The answer's `id`; feedback names it.")
    summary: str = Field(max_length=139, description="One sentence of less than 140 characters.")
    detail: str = Field(description="The rest, in GitHub-flavoured Markdown.")
    indicator: Indicator = Field(description="By the state of the estimate; nothing is ever critical.")
    source: Source = Field(description="Who says it.")
    suggestions: list[Suggestion] = Field([], description="Left out where there are none.")
    selection_behavior: Literal["at-most-one"] | None = Field(
        None, description="Options stand in place of one another. There where suggestions are."
    )
    override_reasons: list[Coding] = Field([], description="Why a card may not be followed.")
    links: list[Link] = Field([], description="Left out where the service does not know its own address.")


class Cards(BaseModel):
    """The answer to a call: one card, or none where there is nothing to say."""

    cards: list[Card] = Field(description="Empty where there is nothing to say.")

    def told(self) -> Json:
        """As CDS Hooks has it: without nulls and without anything empty but `cards` itself."""
        wire = self.model_dump(mode="json", by_alias=True)
        return {"cards": [filled(card) for card in wire["cards"]]}
