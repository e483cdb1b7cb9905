"""Counts that wait in memory to be added to the record, by tenant; they grow with keys, not questions."""

from collections.abc import Awaitable, Callable, Hashable, Mapping
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.identity.caller import Caller
from app.storage.database import Database

Counts = NDArray[np.int64]
K = TypeVar("K", bound=Hashable)


class Tallies(Generic[K]):
    """Belongs to one event loop."""

    def __init__(self, task: str) -> None:
        """`task` is who adds to the record."""
        self._task = task
        self._pending: dict[str, dict[K, Counts]] = {}

    def add(self, tenant: str, counted: Mapping[K, Counts]) -> None:
        """Add to what waits; counts of one key have one length."""
        own = self._pending.setdefault(tenant, {})
        for key, many in counted.items():
            own[key] = own[key] + many if key in own else many

    async def flush(
        self, database: Database, write: Callable[[Any, Mapping[K, Counts]], Awaitable[None]]
    ) -> None:
        """Have `write` add all of it to the record, within one transaction a tenant.

        Whatever ends it early, what was not added waits for the next time.

        Raises:
            RecordError: the database is away.
        """
        pending, self._pending = self._pending, {}
        try:
            for tenant in list(pending):
                async with database.of(Caller.service(tenant, self._task)).transaction() as session:
                    await write(session, pending[tenant])
                del pending[tenant]
        except BaseException:
            for tenant, counted in pending.items():
                self.add(tenant, counted)
            raise
