"""The service keeps to its own OpenAPI document, whatever a caller sends."""

from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS

from tests.asking import Person

EXAMPLES = 12


@pytest.fixture
def operations(url: str) -> list[Any]:
    """Every operation of the running gateway's OpenAPI document."""
    document = schemathesis.openapi.from_url(f"{url}/openapi.json")
    found: list[Any] = list(document.get_all_operations())
    return [result.ok() for result in found]


def check(operation: Any, mode: GenerationMode, person: Person) -> None:
    """Call an operation with generated requests; those for features get a real person's every other time."""
    # Not checked: which features are good is said by /models/{name}/schema, not by the OpenAPI document.
    skipped: Any = CHECKS.get_by_names(["positive_data_acceptance"])

    @given(case=operation.as_strategy(generation_mode=mode), real=st.booleans())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def keeps_its_contract(case: Case[Any], real: bool) -> None:
        if real and isinstance(case.body, dict) and "features" in case.body:
            case.body["features"] = dict(person)
        case.call_and_validate(excluded_checks=skipped)

    with suppress(Unsatisfiable):  # an operation that takes nothing has no bad requests
        keeps_its_contract()


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["good", "bad"])
def test_every_operation_keeps_its_contract(
    operations: list[Any], mode: GenerationMode, helpable: Person, subtests: pytest.Subtests
) -> None:
    for operation in operations:
        with subtests.test(operation.label):
            check(operation, mode, helpable)
