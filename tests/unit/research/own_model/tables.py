"""Tables that owners might bring: written as files, some with faults."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

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
