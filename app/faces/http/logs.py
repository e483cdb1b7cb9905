"""Structured logs on standard error, one JSON object a line."""

import logging
from typing import TextIO, cast

import structlog

from app.faces.http.log_lines import LogLines

_STANDARD_ERROR = 2


def configure() -> None:
    """Set up logging for a server process; what uvicorn has to say goes the same way."""
    lines = cast(TextIO, LogLines(_STANDARD_ERROR))
    servers = logging.StreamHandler(lines)
    servers.setFormatter(_as_json())
    logging.getLogger("uvicorn").handlers = [servers]
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
