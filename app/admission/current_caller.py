"""For whom the work at hand is done: what queues and limits tell callers apart by."""

from contextvars import ContextVar

NOBODY = ""
CALLER: ContextVar[str] = ContextVar("turnpoint_caller", default=NOBODY)
"""A key that is told to nobody: it may hold a person's name."""
UNDER_WAY: ContextVar[int] = ContextVar("under_way", default=1)
"""How many pieces of work of a lane the caller has under way, the one in hand among them."""
