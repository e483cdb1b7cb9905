"""Giving up work whose caller has hung up."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from fastapi import Request

HUNG_UP = 499
"""nginx's code for log and metrics: the caller has left, and nobody reads it."""

T = TypeVar("T")


class ClientDisconnectedError(Exception):
    """Nobody is there any more to take the answer."""


async def cancel_on_disconnect(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`, which is cancelled as soon as the caller closes the connection.

    The request's body must have been read.

    Raises:
        ClientDisconnectedError: the caller did.
    """
    working, leaving = asyncio.ensure_future(work), asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientDisconnectedError
        return working.result()
    finally:
        for task in (working, leaving):
            task.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
