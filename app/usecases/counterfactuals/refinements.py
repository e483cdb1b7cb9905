"""Answers that are worked out once more, behind those that were given in a hurry."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

from app.admission.current_caller import CALLER
from app.metrics import REFINEMENTS

_log = structlog.get_logger()
_NOBODY = "refinements"
"""In whose name they wait for a thread: who asked is not kept out by what goes on behind the answer."""


class Refinements:
    """What goes on behind answers, so many at once; one too many is not begun: nobody was promised it."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._under_way: set[asyncio.Task[None]] = set()

    def begin(self, refining: Coroutine[Any, Any, bool]) -> None:
        """Go on with it, unless there are too many; it tells whether it put an answer on record."""
        if len(self._under_way) >= self._at_once:
            refining.close()
            if self._at_once:
                REFINEMENTS.labels("dropped").inc()
            return
        task = asyncio.create_task(self._done(refining))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def close(self) -> None:
        """Begin no more, and give up those under way: of each, all or nothing is on record."""
        self._at_once = 0
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _done(self, refining: Coroutine[Any, Any, bool]) -> None:
        CALLER.set(_NOBODY)  # of this task alone
        outcome = "dropped"
        try:
            outcome = "recorded" if await refining else "shared"
        except Exception as error:  # nobody is there to be told; the first answer stands
            outcome = "failed"
            _log.warning("refinement_failed", error=type(error).__name__)
        finally:
            REFINEMENTS.labels(outcome).inc()
