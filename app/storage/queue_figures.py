"""How long the queue of batch jobs is: read when somebody looks, seldom, and never waited for long."""

import asyncio
import math
import time
from collections.abc import Callable, Iterable

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.metrics import QUEUE_OLDEST, QUEUE_READ, QUEUE_TASKS
from app.storage.database import Database, RecordError
from app.storage.queue import SCHEMA

_OTHER = "other"
_WAITING, _RUNNING = "waiting", "running"
_TIMEOUT = text("SELECT set_config('statement_timeout', :milliseconds, true)")
_LENGTHS = text(
    f"""SELECT job.task_name, job.status = 'doing', count(*),
               coalesce(extract(epoch FROM now() - min(event.at)), 0)
        FROM {SCHEMA}.procrastinate_jobs AS job
        LEFT JOIN {SCHEMA}.procrastinate_events AS event ON event.job_id = job.id AND event.type = 'deferred'
        WHERE job.status IN ('todo', 'doing') AND coalesce(job.scheduled_at, now()) <= now()
        GROUP BY 1, 2"""
)


class QueueFigures:
    """The gauges of the queue, over all its tasks; `tasks` are the names that may be labels."""

    def __init__(
        self,
        database: Database,
        tasks: Iterable[str],
        at_most_s: float,
        kept_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._tasks = (*tasks, _OTHER)
        self._at_most_s, self._kept_s = at_most_s, kept_s
        self._clock = clock
        self._until = -math.inf
        self._reading: asyncio.Task[None] | None = None

    async def refresh(self) -> None:
        """Bring the gauges up to date, unless they are; what takes too long is not waited for."""
        reading = self._reading
        if reading is None and self._clock() >= self._until:
            reading = self._reading = asyncio.create_task(self._read())
        if reading is not None:
            await asyncio.wait({reading}, timeout=self._at_most_s)
            if not reading.done():
                self._unknown()

    async def _read(self) -> None:
        try:
            async with self._database.connection() as connection:
                await connection.execute(_TIMEOUT, {"milliseconds": str(math.ceil(1000 * self._at_most_s))})
                rows = (await connection.execute(_LENGTHS)).all()
        except (RecordError, SQLAlchemyError):
            self._unknown()
        else:
            self._tell((str(task), bool(runs), int(many), float(age)) for task, runs, many, age in rows)
        finally:
            self._until = self._clock() + self._kept_s
            self._reading = None

    def _tell(self, rows: Iterable[tuple[str, bool, int, float]]) -> None:
        counts = {(task, state): 0 for task in self._tasks for state in (_WAITING, _RUNNING)}
        oldest = dict.fromkeys(self._tasks, 0.0)
        for name, running, many, age in rows:
            task = name if name in self._tasks else _OTHER
            counts[task, _RUNNING if running else _WAITING] += many
            oldest[task] = oldest[task] if running else max(oldest[task], age)
        for (task, state), count in counts.items():
            QUEUE_TASKS.labels(task, state).set(count)
        for task, seconds in oldest.items():
            QUEUE_OLDEST.labels(task).set(seconds)
        QUEUE_READ.set(1)

    def _unknown(self) -> None:
        """Figures of a while ago would look like those of now."""
        QUEUE_READ.set(0)
        for task in self._tasks:
            QUEUE_OLDEST.labels(task).set(math.nan)
            for state in (_WAITING, _RUNNING):
                QUEUE_TASKS.labels(task, state).set(math.nan)
