"""Whatever comes, in one piece or in many: no more of it is read than one head may have."""

from typing import Any

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.faces.http.server.bounded_http import BoundedHttp

MOST, FIELDS = 1024, 10
LINE = b"GET / HTTP/1.1\r\nHost: here\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n"
PIECES = st.integers(1, 3 * MOST)


def events_of(sent: bytes, piece: int) -> list[Any]:
    """What is read of it, requests answered as they come; its last entry may be the status of a refusal."""
    connection = BoundedHttp(MOST, FIELDS)
    events: list[Any] = []
    for start in range(0, len(sent), piece):
        connection.receive_data(sent[start : start + piece])
        while True:
            try:
                event = connection.next_event()
            except h11.RemoteProtocolError:
                return [*events, connection.refusal]
            if event is h11.NEED_DATA:
                break
            if event is h11.PAUSED:
                connection.start_next_cycle()
                continue
            events.append(event)
            if isinstance(event, h11.EndOfMessage):
                connection.send(h11.Response(status_code=204, headers=[]))
                connection.send(h11.EndOfMessage())
    return events


def head_of(length: int) -> bytes:
    start = LINE + b"X: "
    return start + b"a" * (length - len(start) - 4) + b"\r\n\r\n"


@given(length=st.integers(MOST - 20, MOST + 1), piece=PIECES, times=st.integers(1, 4))
def test_heads_that_are_small_enough_are_read_each(length: int, piece: int, times: int) -> None:
    events = events_of(head_of(length) * times, piece)
    assert [type(one) for one in events] == [h11.Request, h11.EndOfMessage] * times


@given(length=st.integers(MOST + 2, 8 * MOST), piece=PIECES, before=st.integers(0, 2))
def test_a_larger_head_is_refused_however_it_comes(length: int, piece: int, before: int) -> None:
    events = events_of(head_of(100) * before + head_of(length), piece)
    assert events[-1] == 431
    assert sum(isinstance(one, h11.Request) for one in events) == before


@given(fields=st.integers(1, 2 * FIELDS), piece=PIECES, end=st.sampled_from([b"\n", b"\r\n"]))
def test_so_many_fields_and_no_more(fields: int, piece: int, end: bytes) -> None:
    sent = end.join([b"GET / HTTP/1.1", b"Host: here", *[b"a:"] * (fields - 1), b"", b""])
    assert (events_of(sent, piece)[-1] == 431) is (fields > FIELDS)


@given(piece=PIECES, trailers=st.integers(MOST // 4 + 1, 10 * MOST))
def test_trailers_are_bounded_as_well(piece: int, trailers: int) -> None:
    assert events_of(CHUNKED + b"a:\r\n" * trailers + b"\r\n", piece)[-1] == 431


@given(body=st.binary(max_size=5 * MOST), piece=PIECES)
def test_a_body_of_any_length_comes_whole(body: bytes, piece: int) -> None:
    head = b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: %d\r\n\r\n" % len(body)
    events = events_of((head + body) * 2, piece)
    assert b"".join(bytes(one.data) for one in events if isinstance(one, h11.Data)) == body * 2


@pytest.mark.parametrize("sent", [b"\x00\x01\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"nonsense\r\n\r\n"])
def test_what_is_no_request_is_refused_as_that(sent: bytes) -> None:
    assert events_of(sent, len(sent)) == [400]
