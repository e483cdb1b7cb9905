"""Composition: what the settings name is what is joined."""

from pathlib import Path

import pytest

from app.bootstrap import exemplars_of, llm_client, open_backends, proposer_of, registry_of
from app.classifiers.store import ModelFolderError
from app.engine.registry import ModelRegistry
from app.proposers.llm.prompt import Style
from app.settings import Settings

NOBODY = "http://127.0.0.1:9/v1"


def test_a_default_model_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(ModelFolderError, match=r"^DEFAULT_MODEL is stroke, but .* holds .*dysglycaemia"):
        registry_of(Settings(default_model="stroke"))


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
        assert backends.proposer.knows("dysglycaemia@1")
        assert not backends.proposer.knows("heart-disease@1")


def test_a_store_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelFolderError, match=f"^{tmp_path} holds no trained model"):
        registry_of(Settings(model_store=tmp_path))
