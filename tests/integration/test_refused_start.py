"""What cannot be hosted stops `turnpoint serve` and `turnpoint run` with one sentence and exit code 1."""

from pathlib import Path
from typing import Any

import pytest
import xgboost

from app.classifiers.model_version import ModelVersion
from app.classifiers.store import ModelFolderError
from app.local.embedded.data_dir import free_port
from app.main import create_app
from app.settings import Settings
from tests.integration.processes import turnpoint
from tests.integration.serving import SECONDS
from tests.unit.classifiers.spoilt import folder_of, sealed

AWAY = "http://clinic:sesame@127.0.0.1:9/v2/models/dysglycaemia"


@pytest.fixture
def folder(version_1: ModelVersion, tmp_path: Path) -> Path:
    """A model folder of a store of its own."""
    return folder_of(version_1, tmp_path / "store")


def said_by(command: str, home: Path, store: Path) -> str:
    """The one line that a command ends with."""
    settings = {"TURNPOINT_HOME": str(home), "PORT": str(free_port()), "MODEL_STORE": str(store)}
    with turnpoint(command, settings) as process:
        assert process.wait(SECONDS) == 1
        (said,) = process.errors.strip().splitlines()
        return said


@pytest.mark.parametrize("command", ["serve", "run"])
def test_a_classifier_that_does_not_match_its_schema(command: str, folder: Path, tmp_path: Path) -> None:
    path = folder / "1" / "classifier.ubj"
    booster = xgboost.Booster(model_file=str(path))
    names = list(booster.feature_names or ())
    names[9], names[11] = names[11], names[9]
    booster.feature_names = names
    booster.save_model(path)
    sealed(folder)
    assert said_by(command, tmp_path / "home", folder.parent) == (
        f"{path} takes the columns in another order than task.toml: position 10 is 'weight', not 'height'"
    )


def refusal(folder: Path, **given: Any) -> str:
    with pytest.raises(ModelFolderError) as caught:
        create_app(Settings(model_store=folder.parent, **{"turnpoint_classifiers": {}} | given))
    return str(caught.value)


def test_a_remote_classifier_that_is_away(folder: Path) -> None:
    said = refusal(folder, turnpoint_classifiers={"dysglycaemia": AWAY})
    assert said == "The classifier at 127.0.0.1:9/v2/models/dysglycaemia is away (ConnectError)"


def test_a_default_model_that_is_not_there(folder: Path) -> None:
    said = refusal(folder, default_model="stroke")
    assert said == f"DEFAULT_MODEL is stroke, but {folder.parent} holds dysglycaemia"
