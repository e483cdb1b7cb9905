"""The models that laws of the engine are tested on."""

import pytest

from app.classifiers.partitions import Side, people_of
from app.engine.registry import ModelRegistry, served_model
from tests.rare import rare_model, synthetic_people
from tests.unit.engine.models import NAMES, Cohort


@pytest.fixture(scope="session")
def cohorts(registry: ModelRegistry) -> dict[str, Cohort]:
    """Each model with people whom it did not learn from."""
    shipped = {name: registry.named(name) for name in NAMES[:2]}
    real = {
        name: Cohort(served, [person.features for person in people_of(served.model, Side.HELD_OUT)])
        for name, served in shipped.items()
    }
    rare = rare_model()
    return real | {NAMES[2]: Cohort(served_model(rare), synthetic_people(600, seed=5))}


@pytest.fixture(scope="session", params=NAMES)
def cohort(request: pytest.FixtureRequest, cohorts: dict[str, Cohort]) -> Cohort:
    return cohorts[request.param]
