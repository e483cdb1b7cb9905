"""Few-shot exemplars: verified counterfactuals of training people, the nearest ones shown first."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.domain.schema import FeatureSchema, FloatArray
from app.proposers.llm.prompt import Exemplar

SHOWN = 2


@dataclass(frozen=True, slots=True)
class ExemplarBank:
    """Exemplars with the encoded rows of their people, shape (exemplars, columns)."""

    rows: FloatArray
    scale: FloatArray
    exemplars: tuple[Exemplar, ...]

    def nearest(self, row: FloatArray) -> list[Exemplar]:
        """The exemplars of the people most like this one, the nearest last, where a model heeds it most."""
        distance = np.nanmean(((self.rows - row) * self.scale) ** 2, axis=1)
        order = np.argsort(distance, kind="stable")[:SHOWN]
        return [self.exemplars[index] for index in order[::-1]]


def load_exemplars(schema: FeatureSchema, folder: Path) -> ExemplarBank | None:
    """The exemplars shipped with a model version, if it has any."""
    path = folder / "exemplars.json"
    if not path.exists():
        return None
    entries = json.loads(path.read_text(encoding="utf-8"))
    rows = np.stack([schema.encode(entry["features"]) for entry in entries])
    spread = np.nanstd(rows, axis=0)
    return ExemplarBank(
        rows=rows,
        scale=np.divide(1.0, spread, out=np.zeros_like(spread), where=spread > 0),
        exemplars=tuple(Exemplar(case=entry["case"], answer=entry["answer"]) for entry in entries),
    )
