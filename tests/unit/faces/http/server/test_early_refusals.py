"""What is said before there is a request is HTTP that any client reads, and says what was wrong."""

import json

import h11
import pytest

from app.faces.http.server.early_refusals import FULL, refusal


@pytest.mark.parametrize(
    ("said", "status"),
    [*((refusal(status), status) for status in (400, 431, 501, 505)), (FULL, 503)],
    ids=[400, 431, 501, 505, "full"],
)
def test_it_is_a_whole_problem_and_the_end_of_the_connection(said: bytes, status: int) -> None:
    client = h11.Connection(h11.CLIENT)
    client.receive_data(said)
    response, body, end = (client.next_event() for _ in range(3))
    assert isinstance(response, h11.Response)
    assert isinstance(body, h11.Data)
    assert isinstance(end, h11.EndOfMessage)
    assert (response.status_code, client.their_state) == (status, h11.MUST_CLOSE)
    told = json.loads(body.data)
    assert set(told) == {"type", "title", "status", "detail"}
    assert (told["title"].encode(), told["status"]) == (response.reason, status)
    assert (b"retry-after" in dict(response.headers)) is (status == 503)
