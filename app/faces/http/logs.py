"""Structured logs on standard error, one JSON object a line."""

import logging
from typing import TextIO, cast

import structlog

from app.faces.http.log_lines import LogLines

_STANDARD_ERROR = 2
_log = structlog.get_logger()


class _Retold(logging.Handler):
    """Says in a line of ours that a library warned of something: which, at what, and the error's type.

    Neither its message nor a traceback: they may quote values, or a URL's secrets, and are many lines.
    """

    def emit(self, record: logging.LogRecord) -> None:
        say = _log.error if record.levelno >= logging.ERROR else _log.warning
        at = getattr(record, "action", None) or record.funcName  # the queue's library tells an action
        say("library_warned", library=record.name, at=at, error=_error_of(record))


def _error_of(record: logging.LogRecord) -> str | None:
    told = record.args if isinstance(record.args, tuple) else ()
    raised = record.exc_info[1] if record.exc_info else None
    return next((type(one).__name__ for one in (raised, *told) if isinstance(one, BaseException)), None)


def configure() -> None:
    """Set up logging for a server process; what uvicorn has to say goes the same way."""
    lines = cast(TextIO, LogLines(_STANDARD_ERROR))
    servers = logging.StreamHandler(lines)
    servers.setFormatter(_as_json())
    uvicorn, root = logging.getLogger("uvicorn"), logging.getLogger()
    uvicorn.handlers, uvicorn.propagate = [servers], False
    others = [one for one in root.handlers if not isinstance(one, _Retold)]
    root.handlers = [*others, _Retold(logging.WARNING)]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=lines),
        cache_logger_on_first_use=True,
    )


def _as_json() -> logging.Formatter:
    """Of a record of Python's own logging, its traceback included: one line."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
    )
