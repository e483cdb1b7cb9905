"""The models that laws of the engine are tested on."""

import pytest

from app.classifiers.partitions import Side, people_of
from app.domain.feature import Role
from app.domain.scope import USUAL
from app.engine.registry import ModelRegistry, ServedModel, served_model
from tests.moving import moving_model, moving_people
from tests.rare import rare_model, synthetic_people
from tests.unit.engine.models import NAMES, WITH_TREATMENT, Cohort


@pytest.fixture(scope="session")
def cohorts(registry: ModelRegistry) -> dict[str, Cohort]:
    """Each model with people whom it did not learn from."""
    real = {name: _real(registry.named(name)) for name in NAMES[:3]}
    rare, moving = served_model(rare_model()), served_model(moving_model())
    made = {
        NAMES[3]: Cohort(rare, synthetic_people(600, seed=5)),
        NAMES[4]: Cohort(moving, moving_people(600, seed=5)),
    }
    return real | made


def _real(served: ServedModel) -> Cohort:
    people = [person.features for person in people_of(served.model, Side.HELD_OUT)]
    is_treated = any(feature.role is Role.TREATMENT for feature in served.model.schema.features)
    return Cohort(served, people, WITH_TREATMENT if is_treated else USUAL)


@pytest.fixture(scope="session", params=NAMES)
def cohort(request: pytest.FixtureRequest, cohorts: dict[str, Cohort]) -> Cohort:
    return cohorts[request.param]
