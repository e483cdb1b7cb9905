"""Each hosted model tells how sure its estimates are, by its own refits and its own held-out people."""

import httpx
import pytest

from app.classifiers.partitions import Side, people_of
from app.engine.registry import ModelRegistry
from tests.unit.engine.models import NAMES


@pytest.mark.parametrize("name", NAMES[:3])
def test_a_prediction_tells_how_sure_it_is(client: httpx.Client, registry: ModelRegistry, name: str) -> None:
    served = registry.named(name)
    threshold = served.model.schema.model.threshold
    seen: set[str] = set()
    for person in people_of(served.model, Side.HELD_OUT)[:30]:
        told = client.post("/predictions", json={"model": name, "features": person.features}).json()
        estimate = served.estimate(served.model.schema.encode(person.features), person.risk)
        assert told["band"] == pytest.approx(estimate.band)
        assert told["certainty"] == estimate.certainty
        assert told["observed"] == (estimate.observed and estimate.observed.model_dump())
        low, high = told["band"]
        seen.add(told["certainty"])
        if told["certainty"] == "clear_low":
            assert max(told["risk"], high) <= threshold
        if told["certainty"] == "clear_high":
            assert min(told["risk"], low) > threshold
    assert seen == {"clear_high", "unclear", "clear_low"}
