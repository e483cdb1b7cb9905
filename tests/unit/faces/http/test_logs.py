"""What the server below the application has to say is JSON too."""

import json
import logging
import sys

from app.faces.http.logs import _as_json


def line_of(level: int, message: str, error: BaseException | None = None) -> str:
    trace = (type(error), error, error.__traceback__) if error else None
    return _as_json().format(logging.LogRecord("uvicorn.error", level, "", 0, message, None, trace))


def test_a_line_of_the_server_is_an_object() -> None:
    told = json.loads(line_of(logging.WARNING, "Something\nof two lines"))
    assert told.keys() == {"event", "level", "timestamp"}
    assert (told["event"], told["level"]) == ("Something\nof two lines", "warning")


def test_a_traceback_is_within_its_line() -> None:
    try:
        raise ValueError("broken")
    except ValueError:
        line = line_of(logging.ERROR, "Exception in ASGI application", sys.exception())
    assert "\n" not in line
    assert "ValueError: broken" in json.loads(line)["exception"]
