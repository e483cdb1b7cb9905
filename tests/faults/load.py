"""Callers who ask all the time, and a note of every question: when, how long, and what came of it."""

import asyncio
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

Json = dict[str, Any]

PATIENCE_S = 120.0
_PAUSE_S = 0.2
"""How long a caller who was refused waits before the next question."""
BROKEN = 0
"""In place of a status: the connection ended without an answer."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question; times by `time.monotonic`."""

    patient_id: str
    began: float
    ended: float
    status: int
    answer_id: str | None
    degraded: tuple[str, ...]

    @property
    def waited(self) -> float:
        return self.ended - self.began

    @property
    def was_answered(self) -> bool:
        return self.status == httpx.codes.OK


class Load:
    """So many callers at once, each asking about patients of its own until it is told to stop."""

    def __init__(self, url: str, callers: int, people: Sequence[Json], name: str, more: Json) -> None:
        self.asked: list[Asked] = []
        self._url, self._callers, self._people = url, callers, people
        self._name, self._more = name, more
        self._over = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join(2 * PATIENCE_S)

    def answered_since(self, when: float) -> int:
        """How many questions that were asked since then have their answer."""
        return sum(one.was_answered and one.began >= when for one in list(self.asked))

    async def _run(self) -> None:
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(
            base_url=self._url, timeout=PATIENCE_S, trust_env=False, limits=limits
        ) as client:
            await asyncio.gather(*(self._ask_on(client, number) for number in range(self._callers)))

    async def _ask_on(self, client: httpx.AsyncClient, caller: int) -> None:
        number = 0
        while not self._over.is_set():
            number += 1
            one = await self._ask(client, f"{self._name}-{caller}-{number}", caller + number * self._callers)
            self.asked.append(one)
            if not one.was_answered:
                await asyncio.sleep(_PAUSE_S)

    async def _ask(self, client: httpx.AsyncClient, patient_id: str, place: int) -> Asked:
        features = self._people[place % len(self._people)]
        question = {
            "patient_id": patient_id,
            "features": features,
            "generator": "search",
            "constraints": {"max_changes": 1},
        }
        question |= self._more
        began = time.monotonic()
        try:
            response = await client.post("/counterfactuals", json=question)
        except httpx.TransportError:
            return Asked(patient_id, began, time.monotonic(), BROKEN, None, ())
        ended = time.monotonic()
        if not response.is_success:
            return Asked(patient_id, began, ended, response.status_code, None, ())
        answer = response.json()
        degraded = tuple(answer["generation"]["degraded"])
        return Asked(patient_id, began, ended, response.status_code, answer["id"], degraded)


@contextmanager
def loaded(url: str, callers: int, people: Sequence[Json], name: str, **more: Any) -> Iterator[Load]:
    """Callers at work, who leave at the end of this."""
    load = Load(url, callers, people, name, more)
    load.start()
    try:
        yield load
    finally:
        load.stop()
