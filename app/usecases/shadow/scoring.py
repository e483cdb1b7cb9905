"""Scoring beside: behind the answer, one batch at a time, and not at all where too much waits."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import structlog

from app.classifiers.threads import in_thread
from app.domain.errors import InvalidInputError
from app.domain.patient import Patient, read_patient
from app.domain.schema import FloatArray
from app.engine.registry import ServedModel
from app.metrics import SHADOW_DIFFERENCE, SHADOW_PEOPLE
from app.storage.database import Database
from app.usecases.shadow.counts import OUTCOMES, Outcome, counts_of, counts_of_scores
from app.usecases.shadow.repository import Key, add_shadow
from app.usecases.tallies import Counts, Tallies

TASK = "turnpoint.shadow"
MOST_WAITING = 2_000
"""People; one more is dropped. They are in memory alone, until they are scored."""
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Waiting:
    tenant: str
    served: ServedModel
    patients: Sequence[Patient]
    risks: FloatArray


class Shadow:
    """Belongs to one event loop. Scores with the threads that predictions have, one at a time."""

    def __init__(
        self, shadows: Mapping[str, ServedModel], today: Callable[[], date], most_waiting: int = MOST_WAITING
    ) -> None:
        """`shadows` by the digest of the version that answers."""
        self._shadows = shadows
        self._today = today
        self._most = most_waiting
        self._waiting: deque[_Waiting] = deque()
        self._people = 0
        self._task: asyncio.Task[None] | None = None
        self._tallies = Tallies[Key](TASK)

    def offer(self, tenant: str, served: ServedModel, patients: Sequence[Patient], risks: FloatArray) -> None:
        """Have people scored beside, of whom a caller was told these risks; dropped where too many wait."""
        if served.model.digest not in self._shadows:
            return
        one = _Waiting(tenant, served, patients, risks)
        if self._people + len(patients) > self._most:
            self._count(one, counts_of(Outcome.DROPPED, len(patients)))
            return
        self._waiting.append(one)
        self._people += len(patients)
        if self._task is None:
            self._task = asyncio.create_task(self._go_on())

    async def settled(self) -> None:
        """Wait until all that waits is scored."""
        while self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    async def close(self) -> None:
        """Score no more: who waits is dropped."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        while self._waiting:
            one = self._taken()
            self._count(one, counts_of(Outcome.DROPPED, len(one.patients)))

    async def flush(self, database: Database) -> None:
        """Add to the record what was counted.

        Raises:
            RecordError: the database is away; what was not added is kept for next time.
        """
        await self._tallies.flush(database, add_shadow)

    async def _go_on(self) -> None:
        try:
            while self._waiting:
                await self._score(self._taken())
        finally:
            self._task = None

    async def _score(self, one: _Waiting) -> None:
        shadow = self._shadows[one.served.model.digest]
        try:
            counts, apart = await in_thread(shadow.model.classifier, _scored, one, shadow)
        except asyncio.CancelledError:
            self._count(one, counts_of(Outcome.DROPPED, len(one.patients)))
            raise
        except Exception as error:  # nobody waits for it
            self._count(one, counts_of(Outcome.FAILED, len(one.patients)))
            _log.warning("shadow_failed", error=type(error).__name__)
            return
        self._count(one, counts)
        model = one.served.model
        histogram = SHADOW_DIFFERENCE.labels(model.name, model.version, shadow.model.version)
        for difference in apart:
            histogram.observe(difference)

    def _taken(self) -> _Waiting:
        one = self._waiting.popleft()
        self._people -= len(one.patients)
        return one

    def _count(self, one: _Waiting, counts: Counts) -> None:
        model, shadow = one.served.model, self._shadows[one.served.model.digest].model
        for outcome, many in zip(OUTCOMES, counts, strict=False):
            if many:
                SHADOW_PEOPLE.labels(model.name, model.version, shadow.version, outcome).inc(int(many))
        self._tallies.add(one.tenant, {(model.digest, shadow.digest, self._today()): counts})


def _scored(one: _Waiting, shadow: ServedModel) -> tuple[Counts, FloatArray]:
    """Counts, and how far the risks are apart of those whom the shadow could score."""
    schema = shadow.model.schema
    rows, places = [], []
    for place, patient in enumerate(one.patients):
        try:
            rows.append(read_patient(schema, patient.values).factual)
        except InvalidInputError:  # outside of this version's ranges
            continue
        places.append(place)
    counts = counts_of(Outcome.UNREADABLE, len(one.patients) - len(rows))
    if not rows:
        return counts, np.empty(0)
    risks, shadows = one.risks[places], shadow.model.classifier.risk(np.stack(rows))
    threshold = one.served.model.schema.model.threshold
    counts += counts_of_scores(risks, shadows, threshold, schema.model.threshold)
    return counts, shadows - risks
