"""Counts of shadow scoring on record, within one transaction of a tenant's."""

from collections.abc import Mapping
from datetime import date

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from app.storage.watch import ADD_SHADOW, SHADOW_SINCE
from app.usecases.shadow.counts import SIZE
from app.usecases.tallies import Counts

Key = tuple[str, str, date]
"""The digests of the version that answered and of its shadow, and a day."""


async def add_shadow(session: AsyncSession, counted: Mapping[Key, Counts]) -> None:
    """Add to what is there; in one order, so that two who add do not wait for each other in a circle."""
    rows = [
        {"model_digest": key[0], "shadow_digest": key[1], "day": key[2], "counts": counted[key].tolist()}
        for key in sorted(counted)
    ]
    if rows:
        await session.execute(ADD_SHADOW, rows)


async def shadow_since(session: AsyncSession, model_digest: str, shadow_digest: str, day: date) -> Counts:
    """The counts of a pair of versions from a day on."""
    counts = np.zeros(SIZE, dtype=np.int64)
    given = {"model_digest": model_digest, "shadow_digest": shadow_digest, "since": day}
    for place, many in await session.execute(SHADOW_SINCE, given):
        if place < SIZE:
            counts[place] += many
    return counts
