"""Asking about everybody of a table, a few at a time: in threads, or in tasks."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

from turnpoint.errors import TurnpointError, UnsendableError
from turnpoint.frames.outcomes import Outcomes
from turnpoint.frames.people import People, Person

AT_ONCE = 4
"""Questions under way: a service lets one caller have a few, and does as many as it has cores."""
OnProgress = Callable[[int, int], object]
"""Told after each row how many are done, and of how many."""


def ask_all(
    people: People,
    ask: Callable[[Person], bytes],
    options: Mapping[str, Any],
    at_once: int,
    on_progress: OnProgress | None,
) -> Outcomes:
    """Ask about everybody, `at_once` at a time; what fails for a row is kept, and loses no other.

    The first is asked about alone: what is wrong with every question is found by one. `options` are what
    every row is asked with.

    Raises:
        UnsendableError: `at_once` is not a whole number above 0, or the options cannot be sent.
        InvalidRequestError: what every row is asked with is not valid.
    """
    outcomes = Outcomes(checked_at_once(at_once), options)
    under_way: dict[Future[bytes], Person] = {}

    def settle(most: int) -> None:
        while len(under_way) > most:
            done, _ = wait(under_way, return_when=FIRST_COMPLETED)
            for future in done:
                _settle(outcomes, under_way.pop(future), future.result)
                _tell(on_progress, outcomes, people)

    with ThreadPoolExecutor(at_once) as pool:
        try:
            for person in people.asked:
                if why := outcomes.why_not_ask():
                    outcomes.errors[person.row] = why
                    continue
                under_way[pool.submit(ask, person)] = person
                settle(at_once if outcomes.done else 0)
            settle(0)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return outcomes


async def ask_all_async(
    people: People,
    ask: Callable[[Person], Awaitable[bytes]],
    options: Mapping[str, Any],
    at_once: int,
    on_progress: OnProgress | None,
) -> Outcomes:
    """As `ask_all`, in tasks."""
    outcomes = Outcomes(checked_at_once(at_once), options)
    under_way: dict[asyncio.Future[bytes], Person] = {}

    async def settle(most: int) -> None:
        while len(under_way) > most:
            done, _ = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
            for future in done:
                _settle(outcomes, under_way.pop(future), future.result)
                _tell(on_progress, outcomes, people)

    try:
        for person in people.asked:
            if why := outcomes.why_not_ask():
                outcomes.errors[person.row] = why
                continue
            under_way[asyncio.ensure_future(ask(person))] = person
            await settle(at_once - 1 if outcomes.done else 0)
        await settle(0)
    finally:
        for future in under_way:
            future.cancel()
    return outcomes


def _settle(outcomes: Outcomes, person: Person, result: Callable[[], bytes]) -> None:
    try:
        outcomes.keep(person, result())
    except TurnpointError as error:
        outcomes.fail(person, error)


def _tell(on_progress: OnProgress | None, outcomes: Outcomes, people: People) -> None:
    if on_progress is not None:
        on_progress(outcomes.done, len(people.asked))


def checked_at_once(at_once: int) -> int:
    """How many questions may be under way.

    Raises:
        UnsendableError: it is less than one.
    """
    if at_once < 1:
        raise UnsendableError("at_once is a whole number from 1 on.")
    return at_once
