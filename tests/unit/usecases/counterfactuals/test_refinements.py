"""What goes on behind an answer keeps nobody out who asks."""

import asyncio
from threading import Event

from app.admission.current_caller import CALLER
from app.admission.lane import Lane
from app.usecases.counterfactuals.refinements import Refinements


async def test_who_asked_finds_a_thread_while_their_answer_is_refined() -> None:
    lane, refinements, began, may_end = Lane("t", 1, 5.0, spare=1), Refinements(1), asyncio.Event(), Event()
    loop = asyncio.get_running_loop()

    def long() -> None:
        loop.call_soon_threadsafe(began.set)
        may_end.wait(60)

    async def refine() -> bool:
        await lane.run(long)
        return True

    CALLER.set("ehr")
    try:
        refinements.begin(refine())
        await began.wait()
        assert await lane.run_within(1.0, lambda: "answered") == "answered"
        assert CALLER.get() == "ehr"
    finally:
        may_end.set()
        await refinements.close()
        lane.close()
