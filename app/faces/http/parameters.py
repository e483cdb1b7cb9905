"""Parameters of several endpoints: each once, and whole numbers by the one reader."""

from collections import Counter
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Request
from pydantic import BeforeValidator

from app.domain.errors import InvalidParameterError, NotFoundError, ParameterIssue
from app.domain.ids import PATIENT_ID, PATIENT_ID_LENGTH
from app.parsing.numbers import read_whole_number
from app.parsing.pointers import is_plain

_TWICE = "is there more than once"
_UNTOLD = "a parameter"
"""For one whose name might be somebody's data."""


async def refuse_repeated(request: Request) -> None:
    """A dependency of every endpoint: no query parameter of ours has two values.

    Raises:
        InvalidParameterError: one is there more than once; of two, a caller could mean either.
    """
    times = Counter(name for name, _ in request.query_params.multi_items())
    twice = [name for name, count in times.items() if count > 1]
    repeated = dict.fromkeys(name if is_plain(name) else _UNTOLD for name in twice)
    if repeated:
        raise InvalidParameterError(*(ParameterIssue(name, "query", _TWICE) for name in repeated))


def _whole(value: object) -> object:
    return read_whole_number(value) if isinstance(value, str) else value


WHOLE_NUMBER = BeforeValidator(_whole)
"""Reads a whole number of a query. It stands behind bounds, which OpenAPI would not show otherwise."""
PageSize = Annotated[int, Query(ge=1, le=100, description="The most entries of a page."), WHOLE_NUMBER]


async def _plan(plan_id: Annotated[str, Path()]) -> UUID:
    try:
        return UUID(plan_id)
    except ValueError:
        raise NotFoundError("There is no such plan.") from None


PagePlanId = Annotated[UUID, Depends(_plan)]
"""The plan in the address of a page. A person is told that there is none, not how ids are written."""
PatientId = Annotated[
    str,
    Path(
        pattern=PATIENT_ID,
        max_length=PATIENT_ID_LENGTH,
        description="The caller's own id of the patient.",
        examples=["P-0017"],
    ),
]
