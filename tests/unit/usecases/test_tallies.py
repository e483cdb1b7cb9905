"""Counts that wait in memory: whatever keeps them from the record, none is lost, and none is added twice."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, cast

import numpy as np
import pytest

from app.storage.database import Database
from app.usecases.tallies import Counts, Tallies

TENANTS = ("one", "other", "third")


class Record:
    """Stands for a database: `write` below keeps what it is given."""

    def of(self, caller: Any) -> "Record":
        self.tenant = caller.tenant
        return self

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[str]:
        yield self.tenant


def counted() -> Tallies[str]:
    tallies = Tallies[str]("task")
    for many, tenant in enumerate(TENANTS, start=1):
        tallies.add(tenant, {"day": np.array([many, 0])})
    return tallies


@pytest.mark.parametrize("failing", TENANTS)
@pytest.mark.parametrize("error", [RuntimeError("no such table"), asyncio.CancelledError()])
async def test_what_was_not_added_is_added_the_next_time_and_nothing_twice(
    failing: str, error: BaseException
) -> None:
    added: dict[str, Counts] = {}
    fails = [failing]

    async def write(session: Any, counts: Mapping[str, Counts]) -> None:
        if session in fails:
            raise error
        added[session] = added.get(session, np.zeros(2, dtype=np.int64)) + counts["day"]

    tallies, record = counted(), cast("Database", Record())
    with pytest.raises(type(error)):
        await tallies.flush(record, write)
    fails.clear()
    await tallies.flush(record, write)
    await tallies.flush(record, write)
    assert {tenant: many.tolist() for tenant, many in added.items()} == {
        tenant: [many, 0] for many, tenant in enumerate(TENANTS, start=1)
    }
