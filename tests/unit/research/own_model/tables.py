"""Tables that owners might bring: written as files, some with faults."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from app.classifiers.task import read_schema
from app.domain.schema import FeatureSchema
from research.own_model.draft.drafting import draft_schema
from research.own_model.table.own_table import OwnTable
from research.own_model.table.reading import read_table

PEOPLE = 200


def column(*cells: object, rows: int = PEOPLE) -> list[object]:
    """A column that repeats these cells."""
    return [cells[row % len(cells)] for row in range(rows)]


def plain(rows: int = PEOPLE) -> dict[str, Sequence[object]]:
    """A table without faults: an age, a pressure, a word, and an outcome that a third have."""
    random = np.random.default_rng(1)
    age, sbp = random.integers(20, 90, rows), random.normal(130, 15, rows).round().astype(int)
    risk = 1 / (1 + np.exp(-(age - 60) / 10))
    return {
        "age": age.tolist(),
        "sbp": sbp.tolist(),
        "smoking": random.choice(["never", "former", "current"], rows).tolist(),
        "chd": (random.random(rows) < risk).astype(int).tolist(),
    }


def write_csv(path: Path, columns: Mapping[str, Sequence[object]], delimiter: str = ",") -> Path:
    """The table as pandas writes it."""
    pd.DataFrame(dict(columns)).to_csv(path, index=False, sep=delimiter)
    return path


def table_of(folder: Path, columns: Mapping[str, Sequence[object]], outcome: str = "chd") -> OwnTable:
    """The table that is read from a CSV of these columns."""
    return read_table(write_csv(folder / "people.csv", columns), outcome, None, None)


def accepted(folder: Path, text: str) -> FeatureSchema:
    """The schema of a draft, as the service reads it."""
    home = folder / "model"
    home.mkdir(exist_ok=True)
    (home / "task.toml").write_text(text, encoding="utf-8")
    return read_schema(home)


def with_example(text: str) -> str:
    """A draft with the marks of a comment taken off its example of an action."""
    begin = text.index("# [feature.action]")
    end = text.find("\n\n", begin)
    return text[:begin] + text[begin:end].replace("# ", "", 1).replace("\n# ", "\n") + text[end:]


def drafted(folder: Path, columns: Mapping[str, Sequence[object]]) -> FeatureSchema:
    """The schema that a draft for a table of these columns is."""
    return accepted(folder, draft_schema(table_of(folder, columns), "chd-risk", "coronary disease"))
