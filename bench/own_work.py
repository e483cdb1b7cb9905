"""The gateway's own work in a search-only answer: all but search, classifier and committee.

The exact search walks the trees of classifier and committee itself, so that it counts with them.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from unittest.mock import patch

from app.classifiers.base import Classifier, Committee
from app.classifiers.forest import Forest, TreeEnsemble
from app.classifiers.model_version import ModelVersion
from app.domain.schema import FloatArray
from app.engine.preferences import Preferences
from app.engine.problem import RecourseProblem
from app.engine.references import ReferenceData
from app.engine.registry import ModelRegistry
from app.engine.search import search
from app.engine.search_result import SearchResult
from app.identity.caller import Caller
from app.identity.principal import DEFAULT_TENANT
from app.storage.cache import Cache
from app.storage.database import Database
from app.usecases.counterfactuals.schemas import CounterfactualsRequest
from app.usecases.counterfactuals.service import CounterfactualService


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
        classifier=Timed(model.classifier, spent, model.classifier.forest),
        committee=TimedCommittee(model.committee, spent, model.committee.forest),
    )

    def timed_search(
        problem: RecourseProblem, references: ReferenceData, preferences: Preferences
    ) -> SearchResult:
        before, started = spent.seconds, time.perf_counter()
        result = search(problem, references, preferences)
        spent.seconds = before + time.perf_counter() - started
        return result

    database, cache = Database(database_url), Cache(redis_url, ttl_s=60)
    own = database.of(Caller.service(DEFAULT_TENANT, "benchmark"))
    service = CounterfactualService(ModelRegistry({model.name: timed}, model.name), own, cache, llm=None)
    taken = []
    try:
        for request in requests:
            spent.seconds = 0.0
            started = time.perf_counter()
            with patch("app.usecases.counterfactuals.service.search", timed_search):
                await service.answer(request)
            taken.append(1000 * (time.perf_counter() - started - spent.seconds))
    finally:
        await cache.close()
        await database.close()
    return taken
