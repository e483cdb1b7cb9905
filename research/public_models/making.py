"""The public models of the study: each is made once, of its package's table and the schema in this folder."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from app.classifiers.folder import TASK
from research.own_model.adding import Order, add_model
from research.own_model.fitting import Size
from research.public_models.tables import depressive_symptoms, diabetes_progression

Report = Callable[[str, float | None], None]
_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class PublicModel:
    """A model's name, what reads its table, given where downloads are kept, and the column of the outcome."""

    name: str
    table: Callable[[Path], pd.DataFrame]
    outcome: str

    @property
    def schema(self) -> Path:
        """The `task.toml` that it is made with."""
        return _HERE / f"{self.name}.toml"


PUBLIC_MODELS = {
    model.name: model
    for model in (
        PublicModel("diabetes-progression", diabetes_progression, "fast=yes"),
        PublicModel("depressive-symptoms", depressive_symptoms, "depressed=yes"),
    )
}
"""By name, in the order of the study."""


def made(model: PublicModel, store: Path, cache: Path, report: Report, size: Size | None = None) -> Path:
    """The folder of the model's version in `store`, made as by `turnpoint add-model` where it is not there.

    `cache` keeps downloads. A version of an older schema is replaced.

    Raises:
        TrainingError: the table cannot be had, or the model cannot be made.
    """
    home = store / model.name / "1"
    if (home / "manifest.json").exists() and (home / TASK).read_bytes() == model.schema.read_bytes():
        return home
    store.mkdir(parents=True, exist_ok=True)
    path = store / f"{model.name}.csv"
    model.table(cache).to_csv(path, index=False)
    order = Order(model.name, path, model.outcome, store, schema=model.schema, replace=True)
    add_model(order, report, size)
    return home
