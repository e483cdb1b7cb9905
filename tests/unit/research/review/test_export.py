"""The command that makes a packet, about a model of an owner's own table: its search is really asked."""

import json
from importlib.util import find_spec
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from research.commands.main import cli
from research.review.key import Key, digest_of
from research.review.methods import Reviewed
from research.review.writing import ABOUT, FORM, PAGE
from tests.own_tables import without_age
from tests.unit.research.own_model.runs import NAME, made

THRESHOLD = 0.35


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("owner")
    made(without_age(), folder, "bmi", "walks", threshold=THRESHOLD)
    return folder / "store"


def export(store: Path, out: Path, *words: str, model: str = NAME) -> Result:
    home = ["--store", str(store), "--home", str(store.parent / "home"), "--people", "3"]
    return CliRunner().invoke(cli, ["review", "export", model, "--out", str(out), *home, *words])


def test_a_packet_of_an_own_model_by_search_alone(store: Path, tmp_path: Path) -> None:
    done = export(store, tmp_path / "packet", "--method", "search")
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in (tmp_path / "packet").iterdir()) == sorted([PAGE, FORM, ABOUT])
    content = (tmp_path / "packet-key.json").read_bytes()
    about = json.loads((tmp_path / "packet" / ABOUT).read_text())
    assert about["key_sha256"] == digest_of(content)
    key = Key.model_validate_json(content)
    assert f"Seed {key.seed}: with --seed {key.seed} a run that was stopped goes on." in done.output
    assert len(key.cases) == 3
    for case in key.cases:
        own = [option for option in case.options if Reviewed.SEARCH in option.methods]
        assert [(option.reaches_target, option.cut) for option in own] == [(True, ())]
        assert about["cases"][case.case] == [option.option for option in case.options]
    assert "Without dice: it was not asked for." in done.output
    page = (tmp_path / "packet" / PAGE).read_text()
    assert "from a table of the model&#39;s owner" in page
    assert "Target: <strong>35 %</strong> or below" in page
    assert "they may come from one method or from several" in page  # one alone was asked here
    assert "This is a research form, not advice." in page
    assert all(option.text in page for case in key.cases for option in case.options if "'" not in option.text)


def test_the_seed_is_drawn_anew_unless_told(store: Path, tmp_path: Path) -> None:
    runs: list[list[str]] = [[], [], ["--seed", "1"]]
    first, second, told = (export(store, tmp_path / "p", *words, model="nothing").stdout for words in runs)
    assert first.startswith("Seed ")
    assert first != second
    assert "Seed" not in told


def test_a_model_that_the_data_folder_alone_has_is_found(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODEL_STORE", str(tmp_path / "usual"))
    (tmp_path / "models").symlink_to(store)
    words = ["--home", str(tmp_path), "--out", str(tmp_path / "packet"), "--reduction", "0.4"]
    done = CliRunner().invoke(cli, ["review", "export", NAME, *words])
    assert "--reduction has to be below the model's threshold of 0.35" in done.stderr


def test_a_folder_that_cannot_be_written_is_told_before_anybody_is_asked(store: Path) -> None:
    done = export(store, Path("/proc/packet"), "--reduction", "0.4")
    assert (done.exit_code, "Nothing can be written into /proc" in done.stderr) == (1, True), done.output


@pytest.mark.parametrize(
    ("words", "model", "told"),
    [
        (["--method", "guessing"], NAME, "guessing: no such method"),
        pytest.param(
            ["--method", "dice"],
            NAME,
            "dice cannot be asked: the package dice-ml is not installed here",
            marks=pytest.mark.skipif(find_spec("dice_ml") is not None, reason="DiCE is installed here"),
        ),
        (["--key", "packet/key.json"], NAME, "The key may not lie in the packet"),
        (["--key", "."], NAME, "is there already"),
        (["--reduction", "0.4"], NAME, "--reduction has to be below the model's threshold of 0.35"),
        ([], "nothing", "nothing"),
    ],
)
def test_what_cannot_be_made_is_told_and_nothing_is_left(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], model: str, told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    if words[-1:] == ["packet/key.json"]:
        words = ["--key", str(tmp_path / "packet" / "key.json")]
    done = export(store, tmp_path / "packet", *words, model=model)
    assert (done.exit_code, told in done.stderr) == (1, True), done.output
    assert list(tmp_path.iterdir()) == []
