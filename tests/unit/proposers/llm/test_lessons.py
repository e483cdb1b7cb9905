"""A language model tuned for one model is asked about another only where that was measured to be better."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from app.bootstrap import open_backends, registry_of
from app.classifiers.store import find_version
from app.proposers.llm.adapter import MANIFEST, WEIGHTS
from app.proposers.llm.carry_over import FILE, carried_adapter
from app.proposers.llm.lessons import carried_versions, served_adapter, taught_versions
from app.settings import Settings
from tests.carried import HEART, WORDS, copied_store, measure


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return copied_store(tmp_path)


def carried(store: Path, default: str = "dysglycaemia") -> tuple[dict[str, str], list[Any]]:
    """In words, what carries over to which version, and what the log says of it."""
    registry = registry_of(Settings(model_store=store, default_model=default))
    with capture_logs() as logs:
        adapter = served_adapter(registry)
        found = carried_versions(registry, adapter, taught_versions(registry, adapter))
    return {name: one.words for name, one in found.items()}, logs


def test_what_is_better_is_carried_over_and_said(store: Path) -> None:
    measure(store)
    found, logs = carried(store)
    assert found == {HEART: WORDS}
    assert logs == [{"event": "lessons_carry_over", "log_level": "info", "model": HEART, "told": WORDS}]


def test_what_was_not_measured_is_not(store: Path) -> None:
    assert carried(store) == ({}, [])


@pytest.mark.parametrize(("valid", "few_shot_valid"), [(20, 16), (16, 38), (60, 60)])
def test_what_is_not_better_is_not(store: Path, valid: int, few_shot_valid: int) -> None:
    measure(store, valid=valid, few_shot_valid=few_shot_valid)
    found, logs = carried(store)
    assert (found, logs[0]["why"]) == ({}, "not clearly better than few-shot")
    assert carried_adapter(find_version(store, "heart-disease")) is None


def test_a_changed_version_is_not(store: Path) -> None:
    measure(store, model_digest="0" * 64)
    found, logs = carried(store)
    assert found == {}
    assert logs[0]["log_level"] == "warning"
    assert f"{FILE} is void: {HEART} is not what it was" in logs[0]["why"]


def test_other_weights_are_not(store: Path) -> None:
    measure(store)
    path = store / "dysglycaemia" / "2" / "adapter" / MANIFEST
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps(manifest | {"files": manifest["files"] | {WEIGHTS: "0" * 64}}))
    found, logs = carried(store)
    assert (found, logs[0]["why"]) == ({}, "measured with another adapter")


@pytest.mark.parametrize("changed", [{"prompt": "points-1"}, {"base": "another.gguf"}], ids=str)
def test_another_form_or_base_than_was_measured_is_not(store: Path, changed: dict[str, str]) -> None:
    measure(store, **changed)
    found, logs = carried(store)
    assert (found, logs[0]["why"]) == ({}, "measured with another adapter")
    assert carried_adapter(find_version(store, "heart-disease")) is None


def test_a_file_that_somebody_wrote_stops_nothing(store: Path) -> None:
    (store / "heart-disease" / "2" / FILE).write_text("63 %")
    found, logs = carried(store)
    assert found == {}
    assert "is not what turnpoint carry-over writes" in logs[0]["why"]


async def test_the_gateway_asks_in_the_form_that_was_taught_and_records_whose_lessons_they_are(
    store: Path,
) -> None:
    measure(store)
    settings = Settings(model_store=store, llm_url="http://127.0.0.1:9/v1", llm_style="fine_tuned")
    registry = registry_of(settings)
    async with open_backends(settings, registry, exemplars={}) as backends:
        proposer = backends.proposer
        assert proposer is not None
        assert proposer.knows(HEART)
        heart, own = (registry.named(name).model.schema for name in ("heart-disease", "dysglycaemia"))
        assert proposer.prompt_version(heart) == "points-2/fine_tuned+dysglycaemia@2:63:27"
        assert proposer.prompt_version(own) == "points-2/fine_tuned"


@pytest.mark.parametrize("style", ["zero_shot", "few_shot"])
async def test_a_model_that_was_taught_nothing_carries_nothing_over(store: Path, style: Any) -> None:
    measure(store)
    settings = Settings(model_store=store, llm_url="http://127.0.0.1:9/v1", llm_style=style)
    async with open_backends(settings, registry_of(settings), exemplars={}) as backends:
        assert backends.proposer is not None
        assert backends.proposer.carried == {}


def test_a_default_model_without_an_adapter_is_served_with_the_one_that_carries_over(store: Path) -> None:
    assert served_adapter(registry_of(Settings(model_store=store, default_model="heart-disease"))) is None
    assert carried_adapter(find_version(store, "heart-disease")) is None
    measure(store)
    assert carried(store, default="heart-disease")[0] == {HEART: WORDS}
    adapter = carried_adapter(find_version(store, "heart-disease"))
    assert adapter is not None
    assert adapter.folder == store / "dysglycaemia" / "2" / "adapter"


def test_an_adapter_of_a_model_that_is_gone_carries_nothing_over(store: Path) -> None:
    measure(store)
    shutil.rmtree(store / "dysglycaemia")
    assert carried_adapter(find_version(store, "heart-disease")) is None
    assert carried(store, default="heart-disease") == ({}, [])
