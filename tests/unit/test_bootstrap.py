"""Composition: what the settings name is what is joined."""

import json
import shutil
from pathlib import Path

import pytest

from app.bootstrap import (
    exemplars_of,
    llm_client,
    open_backends,
    proposer_of,
    registry_of,
)
from app.classifiers.store import ModelFolderError
from app.engine.registry import ModelRegistry
from app.proposers.llm.adapter import MANIFEST, WEIGHTS
from app.proposers.llm.lessons import served_adapter, taught_versions
from app.proposers.llm.prompt import Style
from app.settings import Settings
from tests.conftest import STORE

NOBODY = "http://127.0.0.1:9/v1"


def test_a_default_model_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(ModelFolderError, match=r"^DEFAULT_MODEL is stroke, but .* holds .*dysglycaemia"):
        registry_of(Settings(default_model="stroke"))


@pytest.mark.parametrize("default", ["dysglycaemia", "dysglycaemia@1"])
def test_the_default_model_is_of_the_version_that_a_setting_names(default: str) -> None:
    settings = Settings(default_model=default, turnpoint_default_versions={"dysglycaemia": "1"})
    registry = registry_of(settings)
    assert (registry.default, registry.named(None).model.version) == ("dysglycaemia", "1")
    assert settings.default_reference == "dysglycaemia@1"


def test_without_a_url_no_language_model_is_asked() -> None:
    assert llm_client(Settings(llm_url=None)) is None


@pytest.mark.parametrize("style", Style)
async def test_a_style_decides_who_is_shown_examples_and_who_was_taught(
    registry: ModelRegistry, style: Style
) -> None:
    settings = Settings(llm_url=NOBODY, llm_style=style.value, llm_samples=3)
    client = llm_client(settings)
    assert client is not None
    exemplars = exemplars_of(registry)
    proposer = proposer_of(settings, registry, client, exemplars)
    assert set(proposer.exemplars) == (set(exemplars) if style is Style.FEW_SHOT else set())
    assert (proposer.taught is not None) == (style is Style.FINE_TUNED)
    assert (proposer.style, proposer.samples) == (style, 3)
    await client.close()


async def test_servers_that_are_away_keep_nobody_from_starting(registry: ModelRegistry) -> None:
    settings = Settings(database_url="postgresql://clinic:sesame@127.0.0.1:9/record", llm_url=NOBODY)
    async with open_backends(settings, registry, exemplars={}) as backends:
        assert not await backends.database.is_ready()
        assert backends.llm is not None
        assert backends.proposer is not None


async def test_a_fine_tuned_model_is_asked_only_about_what_it_was_taught(registry: ModelRegistry) -> None:
    settings = Settings(llm_url=NOBODY, llm_style="fine_tuned")
    async with open_backends(settings, registry, exemplars={}) as backends:
        assert backends.proposer is not None
        assert backends.proposer.knows("dysglycaemia@2")
        assert not backends.proposer.knows("heart-disease@2")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Two versions of a model, the second with weights of its own that were taught another form of prompt."""
    shutil.copytree(STORE / "dysglycaemia", tmp_path / "dysglycaemia")
    path = tmp_path / "dysglycaemia" / "2" / "adapter" / MANIFEST
    manifest = json.loads(path.read_text())
    manifest |= {"prompt": "points-3", "files": manifest["files"] | {WEIGHTS: "0" * 64}}
    path.write_text(json.dumps(manifest))
    return tmp_path


@pytest.mark.parametrize(
    ("default", "reference", "form"),
    [("dysglycaemia", "dysglycaemia@2", "points-3"), ("dysglycaemia@1", "dysglycaemia@1", "points-2")],
)
async def test_one_server_runs_one_adapter_that_of_the_default_version(
    store: Path, default: str, reference: str, form: str
) -> None:
    """Whatever other versions ship adapters of their own: theirs are not served."""
    settings = Settings(model_store=store, default_model=default, llm_url=NOBODY, llm_style="fine_tuned")
    async with open_backends(settings, registry_of(settings), exemplars={}) as backends:
        assert backends.proposer is not None
        assert (backends.proposer.taught, backends.proposer.form) == (frozenset({reference}), form)


def test_versions_that_ship_the_same_weights_were_taught_alike(store: Path) -> None:
    first, second = (store / "dysglycaemia" / version / "adapter" for version in ("1", "2"))
    shutil.rmtree(second)
    shutil.copytree(first, second)
    registry = registry_of(Settings(model_store=store))
    adapter = served_adapter(registry)
    assert adapter is not None
    assert adapter.prompt == "points-2"
    assert taught_versions(registry, adapter) == {"dysglycaemia@1", "dysglycaemia@2"}


def test_without_an_adapter_of_the_default_version_none_was_taught(store: Path) -> None:
    shutil.rmtree(store / "dysglycaemia" / "2" / "adapter")
    registry = registry_of(Settings(model_store=store))
    assert taught_versions(registry, served_adapter(registry)) == frozenset()


def test_a_manifest_that_is_none_is_named(store: Path) -> None:
    path = store / "dysglycaemia" / "2" / "adapter" / MANIFEST
    path.write_text("{}")
    with pytest.raises(ModelFolderError, match=f"^{path} is not an adapter's manifest"):
        served_adapter(registry_of(Settings(model_store=store)))


def test_a_store_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelFolderError, match=f"^{tmp_path} holds no trained model"):
        registry_of(Settings(model_store=tmp_path))
