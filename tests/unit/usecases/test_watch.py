"""Watching questions: whatever goes wrong there, no answer fails by it."""

from datetime import date

import numpy as np
import pytest

from app.domain.patient import Patient
from app.engine.examples import example_people
from app.engine.registry import ModelRegistry, ServedModel
from app.metrics import WATCH_FAILURES
from app.storage.database import opened
from app.storage.engine import DatabaseLimits
from app.usecases.drift.binning import binnings_of
from app.usecases.drift.counting import DriftCounts
from app.usecases.shadow.scoring import Shadow
from app.usecases.watch import Watch

TODAY = date(2026, 3, 2)


def failures(step: str) -> float:
    return float(WATCH_FAILURES.labels(step)._value.get())


@pytest.fixture(scope="module")
def watch(registry: ModelRegistry) -> Watch:
    return Watch(DriftCounts(binnings_of(registry), lambda: TODAY), Shadow({}, lambda: TODAY))


def test_what_cannot_be_counted_is_told_by_a_figure_alone(watch: Watch, served: ServedModel) -> None:
    strange = Patient(values={}, factual=np.zeros(2))
    before = failures("count")
    watch.asked("a", served, [strange], np.array([0.5]))
    assert failures("count") == before + 1


async def test_a_record_that_is_away_is_told_by_a_figure_alone(watch: Watch, served: ServedModel) -> None:
    (person,) = example_people(served.model, 1)
    row = served.model.schema.encode(person.features)
    watch.asked("a", served, [Patient(person.features, row)], np.array([0.5]))
    before = failures("flush")
    async with opened("postgresql+psycopg://nobody@127.0.0.1:9/nothing", DatabaseLimits()) as away:
        await watch.flush(away)
    assert failures("flush") == before + 1
