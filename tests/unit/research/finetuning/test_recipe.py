"""The recipe of a fine-tuning, and what is said of a bad one."""

import json
from pathlib import Path

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from app.classifiers.model_version import ModelVersion
from research.finetuning.errors import FinetuningError
from research.finetuning.preparation import RECIPE, read_task
from research.finetuning.recipe import Recipe, read_recipe
from tests.conftest import STORE


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


def table_of(recipe: type[BaseModel]) -> str:
    """The table of docs/finetuning.md: every key with its default, what it may be and what it means."""
    rows = []
    for part, of_part in recipe.model_fields.items():
        for key, field in type(of_part.default).model_fields.items():
            meaning = " ".join((field.description or "").split())
            default = json.dumps(field.default)
            rows.append(f"| `{part}.{key}` | `{default}` | {_allowed(field)} | {meaning} |")
    return "\n".join(["| key | default | may be | meaning |", "|---|---|---|---|", *rows])


def _allowed(field: FieldInfo) -> str:
    kind = {"bool": "true or false", "int": "whole", "float": "a number"}[type(field.default).__name__]
    bounds = {type(one).__name__: one for one in field.metadata}
    words = [kind]
    for name, told in (("Ge", "{} or more"), ("Gt", "above {}"), ("Le", "at most {}")):
        if name in bounds:
            words.append(told.format(getattr(bounds[name], name.lower())))
    return ", ".join(words)


def test_every_key_is_documented() -> None:
    table = table_of(Recipe)
    assert all(cell for row in table.splitlines()[2:] for cell in row.split(" | "))
    text = (STORE.parent / "docs" / "finetuning.md").read_text(encoding="utf-8")
    assert table in text, f"docs/finetuning.md should have\n\n{table}\n"
