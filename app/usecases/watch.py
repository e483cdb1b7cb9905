"""What is watched of the questions that callers ask. No answer waits for it, or fails by it."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import numpy as np
import structlog

from app.domain.patient import Patient
from app.domain.schema import FloatArray
from app.engine.registry import ServedModel
from app.metrics import WATCH_FAILURES
from app.storage.database import Database, RecordError
from app.usecases.drift.counting import DriftCounts
from app.usecases.shadow.scoring import Shadow

_log = structlog.get_logger()


class Watch:
    """Counts those whom callers ask about, and has them scored beside. Belongs to one event loop."""

    def __init__(self, drift: DriftCounts, shadow: Shadow) -> None:
        self._drift, self._shadow = drift, shadow

    def asked(self, tenant: str, served: ServedModel, patients: Sequence[Patient], risks: FloatArray) -> None:
        """Patients of whom a caller was told these risks, shape (n,). Whatever goes wrong, nobody is told."""
        try:
            rows = np.stack([patient.factual for patient in patients])
            self._drift.add(tenant, served.model.digest, rows, risks)
            self._shadow.offer(tenant, served, patients, risks)
        except Exception as error:  # the answer is on its way
            WATCH_FAILURES.labels("count").inc()
            _log.warning("question_not_counted", error=type(error).__name__)

    async def close(self) -> None:
        """Have nobody scored any more."""
        await self._shadow.close()

    async def flush(self, database: Database) -> None:
        """Add what was counted to the record; while that is away it is kept in memory."""
        for counts in (self._drift, self._shadow):  # what one of them meets does not keep the other waiting
            try:
                await counts.flush(database)
            except RecordError:
                WATCH_FAILURES.labels("flush").inc()
            except Exception as error:  # such as tables that are not migrated yet
                WATCH_FAILURES.labels("flush").inc()
                _log.warning("counts_not_recorded", error=type(error).__name__)


class Flushing:
    """Adds what was counted to the record every so many seconds, and once more in the end."""

    def __init__(self, watch: Watch, database: Database, every_s: float) -> None:
        self._watch, self._database, self._every_s = watch, database, every_s
        self._ends = asyncio.Event()
        self._task = asyncio.create_task(self._go_on())

    async def close(self) -> None:
        """Add what is left, and stop."""
        self._ends.set()
        await self._task
        await self._watch.close()
        await self._watch.flush(self._database)  # those whom nobody will score any more are counted too

    async def _go_on(self) -> None:
        while not self._ends.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ends.wait(), self._every_s)
            await self._watch.flush(self._database)
