"""What is wrong with a request, as callers are told: by place, without a value."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.domain.patient import Fault

Place = Literal["path", "query", "header"]


@dataclass(frozen=True, slots=True)
class ParameterFault:
    """One thing wrong with a parameter: its name, where it stands, and a sentence without values."""

    parameter: str
    place: Place
    detail: str


class InvalidParameterError(ValueError):
    """A parameter that does not go with the rest of the request."""

    def __init__(self, fault: ParameterFault) -> None:
        super().__init__(f"a fault of a parameter in the {fault.place}")
        self.fault = fault


class FaultOut(BaseModel):
    """One thing wrong with a request: in its body, or in one of its parameters."""

    model_config = ConfigDict(populate_by_name=True)

    pointer: str | None = Field(
        None,
        description="Of a fault in the body: a JSON Pointer (RFC 6901) to it, empty for the whole body. "
        "It ends above a key that is no plain name, since that might be somebody's data.",
    )
    parameter: str | None = Field(None, description="Of a fault in a parameter: its name.")
    place: Place | None = Field(None, alias="in", description="Of a fault in a parameter: where it stands.")
    detail: str = Field(description="What is wrong, to be read after the name of the place; never a value.")

    @property
    def name(self) -> str:
        """What a person would call the place; nothing where it is the whole body."""
        return self.parameter or (self.pointer or "").rpartition("/")[2]


def told(faults: Iterable[Fault | ParameterFault]) -> Iterator[FaultOut]:
    """On the wire, each once."""
    for fault in dict.fromkeys(faults):
        if isinstance(fault, Fault):
            yield FaultOut(pointer=fault.pointer, detail=fault.detail)
        else:
            yield FaultOut(parameter=fault.parameter, place=fault.place, detail=fault.detail)
