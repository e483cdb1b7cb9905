"""Requests made by hand, and a client of an app in this process."""

from collections.abc import Mapping
from typing import Any

import httpx
from starlette.requests import Request
from starlette.types import ASGIApp, Receive


def request_of(
    headers: Mapping[str, str] | None = None, receive: Receive | None = None, **scope: Any
) -> Request:
    """A request with these headers; Starlette reads them as Latin-1, and so they are written."""
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in (headers or {}).items()]
    whole = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": raw} | scope
    return Request(whole, receive) if receive else Request(whole)


def client_of(app: ASGIApp) -> httpx.AsyncClient:
    """No socket, no thread: what the app answers."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")
