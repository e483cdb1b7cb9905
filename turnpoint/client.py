"""The Python client: `Turnpoint` for code that waits, `AsyncTurnpoint` for code that awaits."""

from app.client import *  # noqa: F403 (its `__all__` is this module's)
from app.client import __all__
