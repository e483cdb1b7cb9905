"""Few-shot exemplars: verified counterfactuals of the training people nearest to a patient."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter, ValidationError

from app.classifiers.folder import ModelFolderError
from app.domain.schema import FloatArray
from app.parsing.misfits import first_misfit

SHOWN = 3


@dataclass(frozen=True, slots=True)
class Exemplar:
    """A person as the prompt words them, and an answer that was verified."""

    case: str
    answer: str
    row: tuple[float | None, ...]
    """The person as the classifier sees them."""


_EXEMPLARS = TypeAdapter(list[Exemplar])


@dataclass(frozen=True)
class ExemplarBank:
    """A model version's exemplars."""

    exemplars: Sequence[Exemplar] = ()

    def nearest(self, row: FloatArray, count: int = SHOWN) -> list[Exemplar]:
        """The exemplars nearest to a patient's row, the nearest last, where a model remembers it best.

        Distance is Euclidean over the columns both have known, each divided by its standard deviation.
        """
        if not self.exemplars:
            return []
        apart = np.square((self._rows - row) / self._scale)
        known = ~np.isnan(apart)
        distance = np.where(known, apart, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
        order = np.argsort(distance, kind="stable")[:count]
        return [self.exemplars[index] for index in reversed(order)]

    @cached_property
    def _rows(self) -> FloatArray:
        return np.array([exemplar.row for exemplar in self.exemplars], dtype=np.float64)

    @cached_property
    def _scale(self) -> FloatArray:
        # Masked, since a column that none of them has known has no spread, and makes numpy's own warn.
        spread = np.ma.masked_invalid(self._rows).std(axis=0).filled(0.0)
        return np.where(spread > 0, spread, 1.0)


def load_exemplars(folder: Path, columns: int) -> ExemplarBank:
    """The exemplars shipped with a model version; an empty bank if it ships none.

    Raises:
        ModelFolderError: `exemplars.json` does not hold exemplars, all of them rows of so many columns.
    """
    path = folder / "exemplars.json"
    if not path.exists():
        return ExemplarBank()
    try:
        exemplars = _EXEMPLARS.validate_json(path.read_bytes())
    except ValidationError as error:
        raise ModelFolderError(
            f"{path} does not hold exemplars: {first_misfit(error, 'exemplar')}"
        ) from error
    if any(len(exemplar.row) != columns for exemplar in exemplars):
        raise ModelFolderError(f"{path} holds rows of other lengths than the model's {columns} columns")
    return ExemplarBank(exemplars)
