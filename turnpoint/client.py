"""The Python client: `Turnpoint` for code that waits, `AsyncTurnpoint` for code that awaits."""

from turnpoint import *  # noqa: F403 (what it offers is listed there)
