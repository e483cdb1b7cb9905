"""Writing about somebody who is erased meanwhile."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from psycopg.errors import ForeignKeyViolation
from sqlalchemy.exc import IntegrityError

from app.domain.errors import ConflictError


class GoneMeanwhileError(ConflictError):
    """What a row refers to was erased while it was under way: nothing of it was recorded."""

    def __init__(self) -> None:
        super().__init__("What this is about was erased meanwhile. Nothing was recorded.")


@asynccontextmanager
async def nothing_gone() -> AsyncIterator[None]:
    """Round a unit of work.

    Raises:
        GoneMeanwhileError: a row refers to one that is not there, which no other way leads to.
    """
    try:
        yield
    except IntegrityError as error:
        if isinstance(error.orig, ForeignKeyViolation):
            raise GoneMeanwhileError from error
        raise
