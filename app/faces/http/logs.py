"""Structured logs on standard error, one JSON object a line."""

import logging
from typing import TextIO, cast

import structlog

from app.faces.http.log_lines import LogLines

_STANDARD_ERROR = 2


def configure() -> None:
    """Set up logging for a server process."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=cast(TextIO, LogLines(_STANDARD_ERROR))),
        cache_logger_on_first_use=True,
    )
