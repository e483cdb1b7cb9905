"""`turnpoint check`: errors and advice line by line, and what somebody could do; no server runs."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.classifiers.partitions import Side, people_of
from app.cli.main import cli
from app.engine.registry import ModelRegistry
from app.paths import MODEL_STORE


def checked(*arguments: str) -> tuple[int, str, str]:
    ended = CliRunner().invoke(cli, ["check", *arguments])
    return ended.exit_code, ended.stdout, ended.stderr


def test_a_shipped_model_and_what_a_person_could_do(registry: ModelRegistry) -> None:
    code, told, _ = checked("dysglycaemia", "--seed", "1")
    assert code == 0
    first, _, person, risk, *further = told.splitlines()
    assert first == "dysglycaemia@2 can be hosted: no error was found."
    assert person.startswith("Held-out person ")
    assert "body mass index" in person
    assert "the threshold is 50 %" in risk
    assert further
    assert checked("dysglycaemia", "--seed", "1")[1] == told


def test_a_person_by_number(registry: ModelRegistry) -> None:
    model = registry.named("heart-disease").model
    people = people_of(model, Side.HELD_OUT)
    low = next(one for one in people if one.risk <= model.schema.model.threshold)
    code, told, _ = checked("heart-disease", "--person", str(low.source_id))
    assert code == 0
    assert f"Held-out person {low.source_id}: " in told
    assert "at or below the threshold as it is. That rules nothing out." in told
    code, _, said = checked("heart-disease", "--person", "-1")
    assert code == 1
    assert said.strip().endswith("held_out.parquet holds nobody of the number -1.")


def test_errors_end_with_code_1_and_show_nobody(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(MODEL_STORE / "heart-disease", tmp_path / "heart-disease"))
    (folder / "1" / "manifest.json").unlink()
    (folder / "2" / "population.parquet").write_bytes(b"")
    code, told, said = checked(str(folder))
    assert code == 1
    assert said.strip() == f"{folder} cannot be used: {len(told.splitlines())} errors."
    assert all(line.startswith("error: ") for line in told.splitlines())
    assert f"error: {folder}/1/manifest.json is missing" in told
    assert "Held-out person" not in told


def test_what_a_killed_run_left_is_told(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(MODEL_STORE / "heart-disease", tmp_path / "heart-disease"))
    (folder / ".making" / "3").mkdir(parents=True)
    code, told, _ = checked(str(folder))
    assert code == 0
    assert f"advice: {folder}/.making holds people's values" in told


def test_a_replaced_version_that_a_killed_run_left_is_told(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(MODEL_STORE / "heart-disease", tmp_path / "heart-disease"))
    (folder / "2.old").mkdir()
    (folder / "9.old").mkdir()
    told = [line for line in checked(str(folder))[1].splitlines() if ".old holds people's values" in line]
    assert told[0].startswith(f"advice: {folder}/2.old")
    assert told[0].endswith("The next run takes it away.")
    assert told[1].startswith(f"advice: {folder}/9.old")
    assert told[1].endswith("The next run puts it back as version 9.")


@pytest.mark.parametrize("name", ["stroke", "dysglycaemia@1"])
def test_a_name_that_is_none(name: str) -> None:
    code, told, said = checked(name)
    assert code == 1
    assert len((told + said).splitlines()) <= 2
