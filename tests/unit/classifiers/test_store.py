"""A store of models is hosted whole, or refused with a sentence that says which folder does not fit."""

import shutil
from pathlib import Path

import pytest

from app.classifiers.store import ModelFolderError, load_models


def test_a_store_without_a_trained_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFolderError, match="holds no trained model"):
        load_models(tmp_path)


@pytest.mark.parametrize("name", ["1/manifest.json"])
def test_a_version_without_what_makes_it_one_is_named(folder: Path, name: str) -> None:
    """It is not passed over: a model that is gone would be noticed by those who ask for it."""
    (folder / name).unlink()
    with pytest.raises(ModelFolderError, match="is missing") as caught:
        load_models(folder.parent)
    assert str(folder / name) in str(caught.value)


def test_a_model_that_is_yet_to_be_trained_is_passed_over(folder: Path) -> None:
    (folder.parent / "to-come").mkdir()
    shutil.copy(folder / "task.toml", folder.parent / "to-come" / "task.toml")
    assert list(load_models(folder.parent)) == [folder.name]


def test_a_url_for_a_model_that_is_not_there_is_refused(folder: Path) -> None:
    with pytest.raises(ModelFolderError) as caught:
        load_models(folder.parent, {"stroke": "http://user:sesame@127.0.0.1:9/v2/models/stroke"})
    assert str(caught.value) == f"TURNPOINT_CLASSIFIERS names stroke, but {folder.parent} holds dysglycaemia"


def test_a_folder_of_another_name_is_refused(folder: Path) -> None:
    other = folder.rename(folder.with_name("stroke"))
    with pytest.raises(ModelFolderError) as caught:
        load_models(other.parent)
    assert str(caught.value) == f"{other / '1' / 'task.toml'} names the model dysglycaemia, not stroke"
