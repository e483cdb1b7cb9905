"""The recipes: each makes a table of a file that its owner has, and of it a version to host."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from app.classifiers.consultation import CONSULTATION
from app.classifiers.folder import TASK
from app.domain.wording import and_list
from research.own_model.adding import Added, Order, add_model
from research.own_model.fitting import Size
from research.sensor_models.activity_people import activity_people
from research.sensor_models.stress_days import fitbit_days, garmin_days
from research.training.errors import TrainingError

Report = Callable[[str, float | None], None]
_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Recipe:
    """A model with everything decided but its people."""

    name: str
    table: Callable[[Path, Path], pd.DataFrame]
    """Makes the table of the file; the second path is an empty folder to work in."""
    outcome: str
    id_column: str
    weight_column: str | None = None

    @property
    def schema(self) -> Path:
        """The `task.toml` that it is made with."""
        return _HERE / self.name / TASK

    @property
    def consultation(self) -> Path:
        """What is said beside its estimates."""
        return _HERE / self.name / CONSULTATION


RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe("lifesnaps-stress", fitbit_days, "stressed", "person_id"),
        Recipe("activity-health", activity_people, "fair_or_poor", "seqn", "survey_weight"),
        Recipe("aireadi-stress", garmin_days, "stressed", "person_id"),
        Recipe("aireadi-stress-heart", partial(garmin_days, with_heart=True), "stressed", "person_id"),
    )
}
"""By name."""


def recipe_named(name: str) -> Recipe:
    """The recipe of this name.

    Raises:
        TrainingError: there is none.
    """
    if name not in RECIPES:
        raise TrainingError(f"There is no recipe of the name {name}; there are {and_list(list(RECIPES))}.")
    return RECIPES[name]


def make(
    recipe: Recipe, origin: Path, store: Path, report: Report, replace: bool = False, size: Size | None = None
) -> tuple[Added, Order]:
    """Make the model of the owner's file, as `turnpoint add-model` makes one, and tell of which order.

    People are split, and folds are made, by person: all rows of one stay together. The table that is made
    in between is gone afterwards. `task.toml` and `consultation.toml` in the store stay as their owner has
    them.

    Raises:
        TrainingError: the file is another, or the model cannot be made.
    """
    with tempfile.TemporaryDirectory(prefix="turnpoint-") as work:
        report("Reading the file", None)
        path = Path(work) / f"{recipe.name}.parquet"
        recipe.table(origin, Path(work)).to_parquet(path, index=False)
        order = Order(
            name=recipe.name,
            data=path,
            outcome=recipe.outcome,
            store=store,
            schema=None if (store / recipe.name / TASK).exists() else recipe.schema,
            id_column=recipe.id_column,
            weight_column=recipe.weight_column,
            replace=replace,
        )
        done = add_model(order, report, size)
        told = store / recipe.name / CONSULTATION
        if not told.exists():
            shutil.copyfile(recipe.consultation, told)
    assert isinstance(done, Added)  # there is a schema, so that nothing is drafted
    return done, order
