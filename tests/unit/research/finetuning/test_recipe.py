"""The recipe of a fine-tuning, and what is said of a bad one."""

from pathlib import Path

import pytest

from app.classifiers.model_version import ModelVersion
from research.finetuning.errors import FinetuningError
from research.finetuning.preparation import RECIPE, read_task
from research.finetuning.recipe import Recipe, read_recipe


def test_the_shipped_recipe_reads(model: ModelVersion) -> None:
    assert isinstance(read_recipe(model.folder.parent / RECIPE), Recipe)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[training]\nepochs = 0", r"training\.epochs"),
        ("[training]\nepoch = 2", r"training\.epoch"),
        ("[lora]\nrank = 'many'", r"lora\.rank"),
        ("[data]\nfragile_share = 2", r"data\.fragile_share"),
        ("training", "not TOML"),
    ],
)
def test_a_bad_recipe_is_refused_by_name(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / RECIPE
    path.write_text(text)
    with pytest.raises(FinetuningError, match=told):
        read_recipe(path)


def test_a_missing_one_too(tmp_path: Path) -> None:
    with pytest.raises(FinetuningError, match="is missing"):
        read_recipe(tmp_path / RECIPE)


def test_an_unknown_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(FinetuningError, match=r"gout holds no trained version"):
        read_task("gout", tmp_path)
