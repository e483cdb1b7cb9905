"""What is wrong with a request, as callers are told: by place, without a value."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from app.domain.errors import ParameterIssue, Place, ValidationIssue

MOST_TOLD = 100
"""How many faults one refusal tells."""
_DETAIL = "What is wrong, to be read after the name of the place; never a value."


class BodyFaultOut(BaseModel):
    """One thing wrong with the body of a request."""

    pointer: str = Field(
        description="A JSON Pointer (RFC 6901) into the body, empty for the whole of it. It ends above a key "
        "that is no plain name, since that might be somebody's data."
    )
    detail: str = Field(description=_DETAIL)
    _label: str = PrivateAttr("")

    @property
    def name(self) -> str:
        """What a person would call the place; nothing for the whole body."""
        return self._label or self.pointer.rpartition("/")[2]

    @classmethod
    def of(cls, issue: ValidationIssue) -> Self:
        """With its label, which pages tell; it is no part of an answer."""
        fault = cls(pointer=issue.pointer, detail=issue.detail)
        fault._label = issue.label
        return fault


class ParameterFaultOut(BaseModel):
    """One thing wrong with a parameter of a request."""

    model_config = ConfigDict(populate_by_name=True)

    parameter: str = Field(description="Its name.")
    place: Place = Field(alias="in", description="Where it stands.")
    detail: str = Field(description=_DETAIL)

    @property
    def name(self) -> str:
        """What a person would call the place."""
        return self.parameter


_Fault = ValidationIssue | ParameterIssue
FaultOut = BodyFaultOut | ParameterFaultOut


def issues_out(faults: Iterable[_Fault]) -> Iterator[FaultOut]:
    """On the wire, each once, and no more than `MOST_TOLD`; further ones are not looked at."""
    for fault in islice(_each_once(faults), MOST_TOLD):
        if isinstance(fault, ValidationIssue):
            yield BodyFaultOut.of(fault)
        else:
            yield ParameterFaultOut(parameter=fault.parameter, place=fault.place, detail=fault.detail)


def _each_once(faults: Iterable[_Fault]) -> Iterator[_Fault]:
    told: set[_Fault] = set()
    for fault in faults:
        if fault not in told:
            told.add(fault)
            yield fault
