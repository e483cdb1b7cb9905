"""What becomes of a search whose caller leaves: it ends in its thread, which is free for others then."""

import asyncio
import threading
from dataclasses import dataclass, field, replace

import pytest

from app.admission.lane import Lane
from app.classifiers.base import Classifier
from app.classifiers.forest import Forest
from app.classifiers.link import Link
from app.domain.counterfactual import Generator
from app.domain.schema import FloatArray
from app.engine.registry import ModelRegistry
from app.usecases.counterfactuals.computation import Computation
from app.usecases.counterfactuals.request import ValidatedRequest, validate
from app.usecases.counterfactuals.schemas import CounterfactualsRequest
from tests.asking import Person

SECONDS = 60


@dataclass
class Pausing:
    """A classifier that stops at its nth batch until it is let go on, and counts all batches."""

    classifier: Classifier
    pauses_at: int
    reached: threading.Event = field(default_factory=threading.Event)
    let_go: threading.Event = field(default_factory=threading.Event)
    asked: int = 0

    @property
    def forest(self) -> Forest:
        forest: Forest = self.classifier.forest  # type: ignore[attr-defined]
        return forest

    @property
    def link(self) -> Link:
        link: Link = self.classifier.link  # type: ignore[attr-defined]
        return link

    def risk(self, rows: FloatArray) -> FloatArray:
        self.asked += 1
        if self.asked == self.pauses_at:
            self.reached.set()
            assert self.let_go.wait(SECONDS)
        return self.classifier.risk(rows)


def asked_of(classifier: Pausing, registry: ModelRegistry, person: Person) -> ValidatedRequest:
    request = CounterfactualsRequest(patient_id="P-1", features=dict(person), generator=Generator.SEARCH)
    validated = validate(registry, request)
    served = validated.served
    return replace(validated, served=replace(served, model=replace(served.model, classifier=classifier)))


@pytest.mark.parametrize("pauses_at", [1, 2, 5])
async def test_who_leaves_takes_the_search_along(
    pauses_at: int, registry: ModelRegistry, helpable: Person
) -> None:
    classifier = Pausing(registry.named("dysglycaemia").model.classifier, pauses_at)
    validated = asked_of(classifier, registry, helpable)
    lane = Lane("test", 1, SECONDS)
    computation = Computation(lane, None, 1e7, SECONDS)
    waiting = asyncio.create_task(computation.result(validated, 0.6))
    assert await asyncio.to_thread(classifier.reached.wait, SECONDS)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    classifier.let_go.set()
    assert await lane.run(len, "the thread is free") > 0
    assert classifier.asked <= pauses_at + 1  # draws may have been counted just before
    lane.close()


async def test_who_stays_gets_the_answer(registry: ModelRegistry, helpable: Person) -> None:
    classifier = Pausing(registry.named("dysglycaemia").model.classifier, pauses_at=-1)
    lane = Lane("test", 1, SECONDS)
    told = await Computation(lane, None, 1e7, SECONDS).result(asked_of(classifier, registry, helpable), 0.6)
    assert told.counterfactuals
    assert classifier.asked > 6
    lane.close()
