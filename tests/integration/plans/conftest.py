"""Somebody with several options, one of which may become the plan."""

import httpx
import pytest

from tests.asking import Person
from tests.integration.answers import Json, found


@pytest.fixture
def question(patient_id: str, heavy: Person) -> Json:
    """About a person with several options."""
    return {"patient_id": patient_id, "features": dict(heavy), "generator": "search"}


@pytest.fixture
def answer(client: httpx.Client, question: Json) -> Json:
    return found(client, question)


@pytest.fixture
def option(answer: Json) -> Json:
    option: Json = answer["counterfactuals"][0]
    return option
