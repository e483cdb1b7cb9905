"""Where commands find a model: in the store that is told, the usual one, or that of the data folder."""

from pathlib import Path

import pytest

from research.commands.model_place import store_with


@pytest.fixture
def usual(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MODEL_STORE", str(tmp_path / "usual"))
    return tmp_path / "usual"


def made(store: Path, name: str) -> None:
    home = store / name / "1"
    home.mkdir(parents=True)
    (home / "manifest.json").write_text("{}")


def test_the_store_that_is_told_counts(usual: Path, tmp_path: Path) -> None:
    made(usual, "gout")
    assert store_with("gout", tmp_path / "told", tmp_path) == (tmp_path / "told").resolve()


@pytest.mark.parametrize("name", ["gout", "gout@1"])
def test_what_the_data_folder_alone_has_is_found_there(
    usual: Path, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    assert store_with(name, None, home) == usual
    (home / "models" / "gout").mkdir(parents=True)  # a draft, of which nothing is made yet
    assert store_with(name, None, home) == usual
    assert capsys.readouterr().out == ""
    made(home / "models", "gout")
    assert store_with(name, None, home) == home / "models"
    assert capsys.readouterr().out == f"{name} is in {home / 'models'}\n"
    made(usual, "gout")
    assert store_with(name, None, home) == usual
