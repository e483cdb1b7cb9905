"""Requests with an Idempotency-Key: done once, and answered again with the very reply that was given first.

The header is that of draft-ietf-httpapi-idempotency-key-header; a reply is kept for `IDEMPOTENCY_H`.
"""

import asyncio
import re
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, TypeVar

from fastapi import Header, Request, Response

from app.audit.events import Access, Action, Entity
from app.domain.errors import InvalidParameterError, ParameterIssue
from app.faces.http.bodies import JsonRoute, with_body
from app.faces.http.callers import caller_of
from app.faces.http.negotiation import JSON, accepts, wants_fhir
from app.faces.http.sentences import IDEMPOTENCY_KEY
from app.identity.request_key import Reply, RequestKey, request_key
from app.storage.database import Database, RecordError, TenantDatabase
from app.usecases.idempotency.service import HEADER, begin, finish, give_back

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias=HEADER,
        pattern=IDEMPOTENCY_KEY,
        description="Of the caller's making, such as a UUID: sent again with the same request, it gives the "
        "same reply, and nothing is recorded twice. Sent with another request it is a fault (422); while the "
        "request is being worked on it is a conflict (409).",
    ),
]
"""To be named by each endpoint that records: its route does the rest."""
_KEPT_HEADERS = ("location", "preference-applied", "vary")
Told = TypeVar("Told")
_Handle = Callable[[Request], Coroutine[Any, Any, Response]]


class KeyedRoute(JsonRoute):
    """Does what has a key once, where its endpoint takes one."""

    def get_route_handler(self) -> _Handle:
        handle = super().get_route_handler()
        if not any(field.alias == HEADER for field in self.dependant.header_params):
            return handle

        async def handle_keyed(request: Request) -> Response:
            keys = request.headers.getlist(HEADER)
            if len(keys) > 1:  # of two, a proxy or a client may have meant the other one
                raise InvalidParameterError(ParameterIssue(HEADER, "header", "is there more than once"))
            key = keys[0] if keys else ""
            if not re.match(IDEMPOTENCY_KEY, key):  # none, or one that is refused like any other fault
                return await handle(request)
            body = await request.body()
            database = _database(request, key, body)
            try:
                kept = await begin(database)
            except RecordError:  # it may have been claimed all the same
                request.state.late_returns.add(database)
                raise
            if kept is not None:
                return Response(kept.body, kept.status, dict(kept.headers), kept.media_type)
            return await _done_once(request, database, lambda: handle(with_body(request, body)))

        return handle_keyed


def keeps_as(request: Request, reply: Callable[[Told], Response]) -> Callable[[Told], Response]:
    """Have what the request tells be kept as `reply` writes it, where that is more than JSON by itself.

    Gives a `reply` that writes once what is both kept and sent.
    """
    key: RequestKey | None = getattr(request.state, "key", None)
    if key is None:
        return reply
    written: list[tuple[Told, Response]] = []

    def once(told: Told) -> Response:
        if not written or written[-1][0] is not told:
            written.append((told, reply(told)))
        return written[-1][1]

    key.writes = lambda told: _reply_of(once(told))
    return once


async def _done_once(
    request: Request, database: TenantDatabase, do: Callable[[], Coroutine[Any, Any, Response]]
) -> Response:
    """The reply, once it is kept; a refusal or failure gives the key back, since nothing came of it."""
    try:
        response = await do()
        if response.status_code < 400:
            await finish(database, _reply_of(response), _told_of(request))
            return response
    except BaseException:
        await _give_back(request, database)
        raise
    await _give_back(request, database)
    return response


async def _give_back(request: Request, database: TenantDatabase) -> None:
    try:
        await asyncio.shield(give_back(database))
    except RecordError:
        request.state.late_returns.add(database)


def _database(request: Request, key: str, body: bytes) -> TenantDatabase:
    """The record as the caller of this very request sees it."""
    state, scope = request.state, request.scope
    parts = (
        request.method.encode(),
        scope["path"].encode(),
        scope["query_string"],
        request.headers.get("content-type", "").encode("latin-1"),
        _form_of(request),
        (state.on_behalf_of or "").encode(),
        (state.principal.patient or "").encode(),  # whom alone the caller may see
        body,
    )
    state.key = request_key(key, state.principal, parts, state.replies_kept_for)
    database: Database = state.database
    return database.of(caller_of(request))


def _form_of(request: Request) -> bytes:
    """The form in which a reply is asked for, since it is kept in one."""
    if wants_fhir(request):
        return b"fhir"
    return b"json" if accepts(request, JSON) else b"neither"


def _reply_of(response: Response) -> Reply:
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    return Reply(response.status_code, bytes(response.body).decode(), response.media_type, headers)


def _told_of(request: Request) -> Access | None:
    """Whom a reply is about that no unit of work kept, by the request's path."""
    patient_id = request.path_params.get("patient_id")
    return Access(Action.READ, Entity.REQUEST, str(patient_id)) if patient_id else None
