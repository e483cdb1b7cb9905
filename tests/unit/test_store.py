"""A model folder that was tampered with, or does not fit, is refused with a sentence that names the file."""

import json
import shutil
from pathlib import Path

import pytest

from app.classifiers.hosted import HostedModel
from app.classifiers.store import ModelFolderError, load_model, load_models


@pytest.fixture
def folder(model: HostedModel, tmp_path: Path) -> Path:
    """A copy of the shipped model that a test may spoil."""
    return Path(shutil.copytree(model.folder.parent, tmp_path / "dysglycaemia"))


def refusal(folder: Path) -> str:
    with pytest.raises(ModelFolderError) as caught:
        load_model(folder)
    return str(caught.value)


@pytest.mark.parametrize(
    "name", ["1/classifier.ubj", "1/committee/07.ubj", "1/population.parquet", "task.toml"]
)
def test_a_changed_file_is_named(folder: Path, name: str) -> None:
    with (folder / name).open("ab") as file:
        file.write(b"\n")
    assert f"{folder / name} differs from the manifest" in refusal(folder)


@pytest.mark.parametrize("name", ["1/classifier.ubj", "1/committee/00.ubj", "task.toml"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert refusal(folder) == f"{folder / name} is missing"


def test_another_order_of_columns_is_refused(folder: Path) -> None:
    path = folder / "1" / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["columns"].reverse()
    path.write_text(json.dumps(manifest))
    assert "other columns than task.toml" in refusal(folder)


def test_a_schema_that_cannot_be_is_refused(folder: Path) -> None:
    task = folder / "task.toml"
    task.write_text(task.read_text().replace('driver = "bmi"', 'driver = "steps"'))
    assert "links or relations name unknown features: steps" in refusal(folder)


def test_a_store_without_a_trained_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFolderError, match="holds no trained model"):
        load_models(tmp_path)
