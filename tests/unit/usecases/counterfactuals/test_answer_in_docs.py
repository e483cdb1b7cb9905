"""The answer in docs/api.md is what the service tells of that person."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from app.classifiers.partitions import Side, people_of
from app.domain.counterfactual import Diversity
from app.engine.registry import ModelRegistry
from app.usecases.counterfactuals.mapping import from_result
from app.usecases.counterfactuals.request import validate
from app.usecases.counterfactuals.schemas import CounterfactualsRequest
from tests.unit.engine.answers import answer

PAGE = Path(__file__).parents[4] / "docs" / "api.md"
PERSON = 93823


def on_the_page() -> Any:
    """The page's answer, without the marks of what it leaves out."""
    [block] = [
        one for one in re.findall(r"```json\n(.*?)```", PAGE.read_text(), re.S) if "improvements" in one
    ]
    return json.loads(re.sub(r",\s*…(?=[}\]])", "", block), strict=False)


def assert_told(quoted: Any, told: Any, where: str) -> None:
    """All that is quoted is there: numbers to four places, texts and lists up to where they are cut."""
    if isinstance(quoted, dict):
        for name, value in quoted.items():
            assert_told(value, told[name], f"{where}/{name}")
    elif isinstance(quoted, list):
        assert len(told) >= len(quoted), where
        for place, (one, own) in enumerate(zip(quoted, told, strict=False)):
            assert_told(one, own, f"{where}/{place}")
    elif isinstance(quoted, float):
        assert quoted == pytest.approx(told, abs=5e-5), where
    elif isinstance(quoted, str):
        pieces = [re.escape(piece) for piece in " ".join(quoted.split()).split("…")]
        assert re.fullmatch(".*".join(pieces), told), where
    else:
        assert quoted == told, where


def test_the_answer_on_the_page_is_the_services(registry: ModelRegistry) -> None:
    served = registry.named("dysglycaemia")
    person = next(one for one in people_of(served.model, Side.HELD_OUT) if one.source_id == PERSON)
    asked = CounterfactualsRequest(patient_id="P-1", features=dict(person.features))
    validated = validate(registry, asked)
    result = answer(
        served, validated.problem(person.risk), min_robustness=0.9, diversity=Diversity.STRATEGIES
    )
    estimate = served.estimate(validated.patient.factual, person.risk)
    told = from_result(validated, estimate, result, cache_away=False, elapsed_ms=1.0)
    quoted = on_the_page()
    assert_told(quoted, told.model_dump(mode="json", by_alias=True), "")
    assert len(quoted["improvements"]) == len(told.improvements)
