"""Work stops when its caller hangs up, and is not disturbed otherwise."""

import asyncio

import pytest
from fastapi import Request
from starlette.types import Message

from app.faces.http.disconnect import ClientDisconnectedError, cancel_on_disconnect


def request(leaves: asyncio.Event) -> Request:
    async def receive() -> Message:
        await leaves.wait()
        return {"type": "http.disconnect"}

    return Request({"type": "http", "headers": []}, receive)


async def test_the_result_of_work_is_handed_on() -> None:
    async def work() -> str:
        return "done"

    assert await cancel_on_disconnect(request(asyncio.Event()), work()) == "done"


async def test_an_error_of_the_work_is_its_own() -> None:
    async def work() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await cancel_on_disconnect(request(asyncio.Event()), work())


async def test_work_ends_when_nobody_waits_for_it() -> None:
    leaves, ended = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        leaves.set()  # the caller hangs up while the work is under way
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    with pytest.raises(ClientDisconnectedError):
        await cancel_on_disconnect(request(leaves), work())
    assert ended.is_set()


async def test_what_is_left_of_the_body_is_no_hanging_up() -> None:
    pending: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]
    read, never = asyncio.Event(), asyncio.Event()

    async def receive() -> Message:
        if not pending:
            read.set()
            await never.wait()
        return pending.pop()

    async def work() -> str:
        await read.wait()
        return "done"

    asked = Request({"type": "http", "headers": []}, receive)
    assert await cancel_on_disconnect(asked, work()) == "done"
