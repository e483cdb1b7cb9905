"""A file that was tampered with, or is missing, is named."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.classifiers.spoilt import refusal, sealed


@pytest.mark.parametrize(
    "name", ["1/classifier.ubj", "1/committee/07.ubj", "1/population.parquet", "1/task.toml"]
)
def test_a_changed_file_is_named(folder: Path, name: str) -> None:
    with (folder / name).open("ab") as file:
        file.write(b"\n")
    assert f"{folder / name} differs from the manifest" in refusal(folder)


@pytest.mark.parametrize(
    "name",
    ["1/classifier.ubj", "1/committee/00.ubj", "1/population.parquet", "1/held_out.parquet"],
)
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert refusal(folder) == f"{folder / name} is missing"


@pytest.mark.parametrize("name", ["1/classifier.ubj", "1/population.parquet", "1/held_out.parquet"])
def test_a_file_that_is_missing_from_the_manifest_too_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    sealed(folder)
    assert refusal(folder) == f"{folder / name} is missing"


def test_a_committee_without_members_is_refused(folder: Path) -> None:
    shutil.rmtree(folder / "1" / "committee")
    sealed(folder)
    assert refusal(folder) == f"{folder / '1' / 'committee' / '*.ubj'} is missing"


def test_a_file_that_nobody_vouches_for_is_refused(folder: Path) -> None:
    more = folder / "1" / "committee" / "more.ubj"
    shutil.copy(folder / "1" / "committee" / "19.ubj", more)
    assert refusal(folder) == f"{more} is not listed in the manifest"


def test_a_folder_in_place_of_a_file_is_refused(folder: Path) -> None:
    path = folder / "1" / "population.parquet"
    path.unlink()
    path.mkdir()
    assert refusal(folder) == f"{path} cannot be read: Is a directory"


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (list.reverse, "the columns in another order than task.toml: position 1 is 'cigarettes', not 'age'"),
        (lambda columns: columns.pop(), "other columns than task.toml: it lacks 'cigarettes'"),
        (lambda columns: columns.append("pet"), "other columns than task.toml: task.toml lacks 'pet'"),
        (lambda columns: columns.append("age"), "32 columns, some of them twice, not the 31 of task.toml"),
        (
            lambda columns: columns.__setitem__(slice(0, 5), ["pet"]),
            "other columns than task.toml: it lacks 'age', 'sex=female', 'sex=male' and 2 more "
            "and task.toml lacks 'pet'",
        ),
    ],
)
def test_other_columns_in_the_manifest_are_told(
    folder: Path, edit: Callable[[list[str]], Any], said: str
) -> None:
    path = folder / "1" / "manifest.json"
    manifest = json.loads(path.read_text())
    edit(manifest["columns"])
    path.write_text(json.dumps(manifest))
    assert refusal(folder) == f"{path} lists {said}"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "is not JSON"),
        ("[]", "must be a table of keys and values"),
        ("{}", "columns: is missing"),
        ("\xff", "is not JSON"),
        ('{"columns": "age", "files": {}, "schema": ""}', "columns: must be a list"),
    ],
)
def test_a_manifest_that_is_none_is_refused(folder: Path, text: str, fault: str) -> None:
    path = folder / "1" / "manifest.json"
    path.write_text(text, encoding="latin-1")
    assert refusal(folder) == f"{path} is not a manifest: {fault}"
