"""The Python client: `Turnpoint` for code that waits, `AsyncTurnpoint` for code that awaits."""

from app.client import *  # noqa: F403 (what it offers is listed there)
