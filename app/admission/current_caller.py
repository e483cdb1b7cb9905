"""For whom the work at hand is done: what queues and limits tell callers apart by."""

from contextvars import ContextVar

NOBODY = ""
CALLER: ContextVar[str] = ContextVar("turnpoint_caller", default=NOBODY)
"""A key that is told to nobody: it may hold a person's name."""
