"""406: an endpoint with a choice of forms refuses who accepts none of them, before anything is done."""

from typing import Any

from fastapi import Depends, Request
from starlette.exceptions import HTTPException

from app.faces.http.negotiation import JSON, PAGE, accepts, names_any, wants_page


def writes(*others: str) -> Any:
    """The dependency of an endpoint that writes JSON, which is the default, and these media types by name."""
    forms = ", ".join((JSON, *others))

    async def check(request: Request) -> None:
        is_page = PAGE in others and wants_page(request)
        if not (accepts(request, JSON) or is_page or names_any(request, others)):
            raise HTTPException(406, f"The answer comes as {forms}.", {"Vary": "Accept"})

    return Depends(check)
