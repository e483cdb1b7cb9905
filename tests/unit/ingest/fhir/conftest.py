"""What the default model reads of FHIR."""

import pytest

from app.domain.ehr import EhrMapping
from app.engine.registry import ServedModel


@pytest.fixture(scope="module")
def mapping(served: ServedModel) -> EhrMapping:
    return served.ehr
