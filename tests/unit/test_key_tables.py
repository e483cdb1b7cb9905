"""The documents tell every key of a model's files, as the code has them."""

import ast
import re
from fnmatch import fnmatch
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from app.classifiers.folder import Manifest
from app.domain.ehr import EhrCodes
from app.domain.schema import FeatureSchema
from app.paths import MODEL_STORE, ROOT
from tests.key_tables import DOCUMENTS, classes, name_of, rewritten, shown_in, table_of

SCHEMA, FOLDER = (path.read_text(encoding="utf-8") for path in DOCUMENTS)
WRITES_MANIFEST = ROOT / "research" / "training" / "manifest.py"


class Bare(BaseModel):
    """A class of which one key is not told."""

    told: int
    """It is."""
    key: int


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_the_tables_are_those_of_the_code(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert rewritten(text) == text, "run: python -m tests.key_tables"


def test_every_class_that_a_file_is_read_into_has_a_table() -> None:
    read = {name_of(model) for root in (FeatureSchema, EhrCodes, Manifest) for model in parts_of(root)}
    assert read == set(classes())
    assert set(shown_in(SCHEMA)) | set(shown_in(FOLDER)) == read


def test_a_key_without_a_sentence_is_found() -> None:
    with pytest.raises(ValueError, match=r"Bare\.key has no sentence below it"):
        table_of(Bare)


def test_what_a_key_takes_is_told_with_its_bounds_and_its_default() -> None:
    rows = dict(line.split("|")[1:3] for line in SCHEMA.splitlines() if line.startswith("| `"))
    takes = {key.strip(): told.strip() for key, told in rows.items()}
    assert takes["`threshold`"] == "number above 0 below 1; required"
    assert takes["`share_of_sum`"] == "number above 0 to 1; `1`"
    assert takes["`direction`"].endswith("required")
    assert takes["`missing`"] == "`refused`, `unknown`, `derived`; `refused`"


def test_every_key_of_a_manifest_is_told() -> None:
    told = set(re.findall(r"^\| `(\w+)` \|", FOLDER, re.MULTILINE))
    assert manifest_keys() <= told


@pytest.mark.parametrize(
    "version", sorted(MODEL_STORE.glob("*/[0-9]*")), ids=lambda home: f"{home.parent.name}-{home.name}"
)
def test_every_file_of_a_shipped_version_is_told(version: Path) -> None:
    table = FOLDER[FOLDER.index("| file | holds") : FOLDER.index("A file that is read")]
    told = re.findall(r"`([\w./*]+)`", table)
    for path in version.rglob("*"):
        name = path.relative_to(version).as_posix()
        if path.is_file():
            assert any(fnmatch(name, f"{one}*" if one.endswith("/") else one) for one in told), name


def manifest_keys() -> set[str]:
    """The keys that training writes, from its source."""
    tree = ast.parse(WRITES_MANIFEST.read_text(encoding="utf-8"))
    written = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Dict)
        and any(isinstance(target, ast.Name) and target.id == "manifest" for target in node.targets)
    ]
    keys = {str(key.value) for one in written for key in one.keys if isinstance(key, ast.Constant)}
    assert {"columns", "files", "schema"} <= keys
    return keys


def parts_of(model: type[BaseModel]) -> set[type[BaseModel]]:
    """A class and all that its keys hold."""
    found = {model}
    for field in model.model_fields.values():
        found |= {part for one in models_in(field.annotation) for part in parts_of(one)}
    return found


def models_in(form: object) -> set[type[BaseModel]]:
    if isinstance(form, type) and issubclass(form, BaseModel):
        return {form}
    return {model for part in get_args(form) for model in models_in(part)}
