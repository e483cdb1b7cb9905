"""From where pydantic says that a fault is, to where the caller wrote it."""

from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from app.domain.errors import InvalidInputError, ParameterIssue, ValidationIssue
from app.faces.http.places import faults_of


class Rows(BaseModel):
    kind: Literal["rows"]
    rows: list[dict[str, int]]


class Upload(BaseModel):
    kind: Literal["upload"]
    of: int


class Body(BaseModel):
    source: Annotated[Rows | Upload, Field(discriminator="kind")]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"source": {"kind": "rows", "rows": [{}, {"age": "sesame"}]}}, "/source/rows/1/age"),
        ({"source": {"kind": "rows", "rows": [{"rows": "sesame"}]}}, "/source/rows/0/rows"),
        ({"source": {"kind": "upload", "of": "sesame"}}, "/source/of"),
        ({"source": {"kind": "sesame"}}, "/source"),
        ({}, "/source"),
    ],
)
def test_a_fault_is_where_the_caller_wrote_it_and_holds_no_value(body: Any, place: str) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(Body).validate_python(body)
    (entry,) = caught.value.errors()
    (fault,) = faults_of({**entry, "loc": ("body", *entry["loc"])}, body)
    assert isinstance(fault, ValidationIssue)
    assert fault.pointer == place
    assert "sesame" not in fault.detail


@pytest.mark.parametrize("place", ["path", "query", "header"])
def test_a_parameter_is_named_with_where_it_stands(place: str) -> None:
    (fault,) = faults_of({"loc": (place, "limit"), "type": "missing"}, None)
    assert isinstance(fault, ParameterIssue)
    assert (fault.parameter, fault.place) == ("limit", place)


IDENTIFIERS = ["NHS9434765919", "nhs_9434765919", "p_94_34_76", "1960", "MUSTER", "Erika", "7", "b_123"]


@pytest.mark.parametrize("name", ["Erika Mustermann", "a/b", "a~b", "", "x" * 41, "1960-02-29", *IDENTIFIERS])
def test_a_name_that_may_be_somebodys_data_is_not_repeated(name: str) -> None:
    (fault,) = faults_of({"loc": ("body", "features", name), "type": "missing"}, {"features": {}})
    assert isinstance(fault, ValidationIssue)
    assert fault.pointer == "/features"


def test_a_validator_that_looks_at_several_tells_each_below_its_place() -> None:
    error = InvalidInputError([ValidationIssue("/low", "is too low"), ValidationIssue("", "contradicts")])
    entry = {"loc": ("body", "constraints"), "type": "value_error", "ctx": {"error": error}}
    assert list(faults_of(entry, {})) == [
        ValidationIssue("/constraints/low", "is too low"),
        ValidationIssue("/constraints", "contradicts"),
    ]
