"""The gateway's own work in a search-only answer: all but search, classifier and committee.

The exact search walks the trees of classifier and committee itself, so that it counts with them.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

from app.admission.lane import Lane
from app.classifiers.base import Classifier, Committee
from app.classifiers.forest import Forest, TreeEnsemble
from app.classifiers.link import Link
from app.classifiers.model_version import ModelVersion
from app.domain.schema import FloatArray
from app.engine.registry import ModelRegistry
from app.engine.search import search
from app.engine.search_result import SearchResult
from app.identity.caller import Caller
from app.identity.principal import DEFAULT_TENANT
from app.storage.cache import Cache, CacheLimits
from app.storage.database import Database
from app.storage.engine import DatabaseLimits
from app.usecases.counterfactuals.computation import Computation
from app.usecases.counterfactuals.refinements import Refinements
from app.usecases.counterfactuals.schemas import CounterfactualsRequest
from app.usecases.counterfactuals.service import CounterfactualService

_LONGEST_S = 60.0


@dataclass
class Spent:
    """Seconds spent in search, classifier and committee."""

    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Timed:
    """A classifier that adds up the time it takes."""

    classifier: Classifier
    spent: Spent
    forest: Forest
    link: Link

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
    forest: Forest
    link: Link

    @property
    def size(self) -> int:
        return self.committee.size

    def risk(self, rows: FloatArray) -> FloatArray:
        started = time.perf_counter()
        risk = self.committee.risk(rows)
        self.spent.seconds += time.perf_counter() - started
        return risk


async def own_milliseconds(
    model: ModelVersion, database_url: str, redis_url: str, requests: Sequence[CounterfactualsRequest]
) -> list[float]:
    """Milliseconds of own work for each request, answered one after the other."""
    spent = Spent()
    assert isinstance(model.classifier, TreeEnsemble)
    assert isinstance(model.committee, TreeEnsemble)
    timed = replace(
        model,
        classifier=Timed(model.classifier, spent, model.classifier.forest, model.classifier.link),
        committee=TimedCommittee(model.committee, spent, model.committee.forest, model.committee.link),
    )

    def timed_search(*question: Any) -> SearchResult:
        before, started = spent.seconds, time.perf_counter()
        result = search(*question)
        spent.seconds = before + time.perf_counter() - started
        return result

    database = Database(database_url, DatabaseLimits())
    cache = Cache(redis_url, 60, CacheLimits())
    own = database.of(Caller.service(DEFAULT_TENANT, "benchmark"))
    lane = Lane("search", threads=1, longest_wait_s=_LONGEST_S)
    computation = Computation(lane, proposer=None, work=math.inf, longest_s=_LONGEST_S)
    registry = ModelRegistry({model.name: timed}, model.name)
    service = CounterfactualService(registry, own, cache, computation, Refinements(0))
    taken = []
    try:
        for request in requests:
            spent.seconds = 0.0
            started = time.perf_counter()
            with patch("app.usecases.counterfactuals.computation.search", timed_search):
                await service.answer(request)
            taken.append(1000 * (time.perf_counter() - started - spent.seconds))
    finally:
        lane.close()
        await cache.close()
        await database.close()
    return taken
