"""HEAD is GET without a body, and an address says which methods it takes."""

from collections.abc import AsyncIterator
from types import MappingProxyType

import pytest
from fastapi import FastAPI
from starlette.responses import JSONResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from app.faces.http.methods import Head, methods_at
from tests.unit.faces.http.requests import client_of, request_of

TAKEN = MappingProxyType(
    {
        "/read": ["GET", "HEAD"],
        "/both": ["GET", "HEAD", "POST"],
        "/write": ["DELETE", "PATCH", "POST", "PUT"],
        "/things/17": ["DELETE", "GET", "HEAD"],
        "/nowhere": [],
    }
)


def service() -> FastAPI:
    app = FastAPI()

    async def answer() -> dict[str, str]:
        return {"answer": "yes"}

    app.add_api_route("/read", answer, methods=["GET"])
    app.add_api_route("/both", answer, methods=["GET"])
    app.add_api_route("/both", answer, methods=["POST"])
    app.add_api_route("/write", answer, methods=["POST", "PUT", "PATCH", "DELETE"])
    app.add_api_route("/things/{number}", answer, methods=["GET", "DELETE"])
    return app


@pytest.mark.parametrize(("path", "methods"), TAKEN.items(), ids=TAKEN)
@pytest.mark.parametrize("method", ["GET", "POST", "TRACE"])
def test_an_address_says_what_it_takes_whatever_it_was_asked(
    path: str, methods: list[str], method: str
) -> None:
    assert methods_at(request_of(path=path, method=method, app=service())) == methods


@pytest.mark.parametrize("path", [path for path in TAKEN if "HEAD" in TAKEN[path]])
async def test_head_tells_what_get_does_without_the_body(path: str) -> None:
    async with client_of(Head(service())) as client:
        get, head = await client.get(path), await client.head(path)
    assert (head.status_code, head.headers, head.content) == (get.status_code, get.headers, b"")
    assert get.json() == {"answer": "yes"}


async def test_other_methods_go_through_as_they_are() -> None:
    async with client_of(Head(service())) as client:
        assert (await client.post("/both")).json() == {"answer": "yes"}
        assert (await client.head("/write")).status_code == 405


async def test_a_stream_without_end_has_a_head_that_ends() -> None:
    made = 0

    async def forever() -> AsyncIterator[bytes]:
        nonlocal made
        while True:
            made += 1
            yield b"event: progress\n\n"

    async def stream(scope: Scope, receive: Receive, send: Send) -> None:
        await StreamingResponse(forever(), media_type="text/event-stream")(scope, receive, send)

    async with client_of(Head(stream)) as client:
        head = await client.head("/")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"].startswith("text/event-stream")
    assert made < 3


async def test_the_access_log_learns_which_route_a_head_took() -> None:
    seen: list[object] = []

    async def noted(scope: Scope, receive: Receive, send: Send) -> None:
        scope["route"] = Route("/read", PlainTextResponse)
        await JSONResponse({})(scope, receive, send)

    async def logged(scope: Scope, receive: Receive, send: Send) -> None:
        await Head(noted)(scope, receive, send)
        seen.append(scope["route"].path)

    async with client_of(logged) as client:
        await client.head("/read")
    assert seen == ["/read"]
