"""A `task.toml` that is no feature schema is refused by its first fault."""

from pathlib import Path

import pytest

from tests.unit.classifiers.spoilt import refusal


def test_a_schema_that_cannot_be_is_refused(folder: Path) -> None:
    task = folder / "1" / "task.toml"
    task.write_text(task.read_text().replace('driver = "bmi"', 'driver = "steps"'))
    assert "names steps, which is no feature" in refusal(folder)


def test_a_schema_without_what_is_required_is_refused_by_its_first_fault(folder: Path) -> None:
    task = folder / "1" / "task.toml"
    task.write_text(task.read_text().replace("threshold =", "treshold =").replace("title =", "tittle ="))
    assert refusal(folder) == f"{task} is not a feature schema: model.title: is missing"


@pytest.mark.parametrize("content", [b"model = [", b'name = "\xff"'])
def test_a_schema_that_is_not_toml_is_refused(folder: Path, content: bytes) -> None:
    (folder / "1" / "task.toml").write_bytes(content)
    assert f"{folder / '1' / 'task.toml'} is not TOML: " in refusal(folder)
