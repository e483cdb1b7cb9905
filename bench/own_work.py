"""The gateway's own work in a search-only answer: all but the time spent inside the classifiers."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.classifiers.base import Classifier, Committee
from app.classifiers.hosted import HostedModel
from app.counterfactuals.schemas import CounterfactualsRequest
from app.counterfactuals.service import CounterfactualService
from app.domain.schema import FloatArray
from app.engine.hosting import Hosting
from app.storage.cache import Cache
from app.storage.database import Database


@dataclass
class Spent:
    """Seconds spent inside classifiers."""

    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Timed:
    """A classifier that adds up the time it takes."""

    classifier: Classifier
    spent: Spent

    def risk(self, rows: FloatArray) -> FloatArray:
        started = time.perf_counter()
        risk = self.classifier.risk(rows)
        self.spent.seconds += time.perf_counter() - started
        return risk


@dataclass(frozen=True, slots=True)
class TimedCommittee:
    """A committee that adds up the time it takes."""

    committee: Committee
    spent: Spent

    @property
    def size(self) -> int:
        return self.committee.size

    def risk(self, rows: FloatArray) -> FloatArray:
        started = time.perf_counter()
        risk = self.committee.risk(rows)
        self.spent.seconds += time.perf_counter() - started
        return risk


async def own_milliseconds(
    model: HostedModel, database_url: str, redis_url: str, requests: Sequence[CounterfactualsRequest]
) -> list[float]:
    """Milliseconds of own work for each request, answered one after the other."""
    spent = Spent()
    timed = replace(
        model,
        classifier=Timed(model.classifier, spent),
        committee=TimedCommittee(model.committee, spent),
    )
    database, cache = Database(database_url), Cache(redis_url, ttl_s=60)
    service = CounterfactualService(Hosting({model.name: timed}, model.name), database, cache, llm=None)
    taken = []
    try:
        for request in requests:
            spent.seconds = 0.0
            started = time.perf_counter()
            await service.answer(request, "00000000-0000-0000-0000-000000000000")
            taken.append(1000 * (time.perf_counter() - started - spent.seconds))
    finally:
        await cache.close()
        await database.close()
    return taken
