"""What is said on a connection before there is a request to answer: whole responses, the same for everybody.

Nothing of what came was read, so that nothing of it can be told, and nobody can have asked for another form.
"""

from http import HTTPStatus

from app.faces.http.problems import problem

_UNREADABLE = "What came cannot be read as HTTP."
_DETAILS = {
    400: _UNREADABLE,
    431: "The head of the request is too large, or has too many fields.",
    501: "No transfer coding is taken but chunked.",
}


def refusal(status: int) -> bytes:
    """A problem document for what cannot be read; the connection is closed after it."""
    return _response(status, _DETAILS.get(status, _UNREADABLE))


def _response(status: int, detail: str, **headers: str) -> bytes:
    response = problem(status, detail)
    response.headers.update({"Connection": "close", **headers})
    start = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}".encode()
    lines = [start, *(b"%s: %s" % header for header in response.raw_headers)]
    return b"\r\n".join([*lines, b"", bytes(response.body)])


FULL = _response(503, "Too many connections are at work. Try again shortly.", **{"Retry-After": "1"})
"""For a new connection where there are too many."""
