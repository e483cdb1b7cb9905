"""The recipes: each makes a table of a file that its owner has, and of it a version to host."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from app.classifiers.folder import TASK
from app.domain.wording import and_list
from research.own_model.adding import Added, Order, add_model
from research.own_model.fitting import Size
from research.sensor_models.activity_people import activity_people
from research.sensor_models.measured_days import Making, check_making
from research.sensor_models.stress_days import fitbit_days, garmin_days
from research.training.errors import TrainingError

Report = Callable[[str, float | None], None]
_HERE = Path(__file__).parent
_OF_FILES = ("--zone", "--times-without-zone", "--processes")


@dataclass(frozen=True, slots=True)
class Recipe:
    """A model with everything decided but its people."""

    name: str
    table: Callable[[Path, Path, Making], pd.DataFrame]
    """Makes the table of the file; the second path is an empty folder to work in."""
    outcome: str
    id_column: str
    weight_column: str | None = None
    options: tuple[str, ...] = ()
    """Of the making of days, those that its files can depend on."""

    @property
    def schema(self) -> Path:
        """The `task.toml` that it is made with."""
        return self.file(TASK)

    def file(self, name: str) -> Path:
        """A file of the recipe."""
        return _HERE / self.name / name

    def beside(self) -> Iterator[str]:
        """What belongs to the model and to none of its versions, each by its path in the model's folder.

        What is said beside estimates, what a patient reads, what of an EHR's record fills features, and how a
        language model is taught.
        """
        folder = self.file(".")
        for path in sorted(folder.rglob("*.toml")):
            if path.name != TASK:
                yield path.relative_to(folder).as_posix()


RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe("lifesnaps-stress", fitbit_days, "stressed", "person_id", options=("--processes",)),
        Recipe("activity-health", activity_people, "fair_or_poor", "seqn", "survey_weight"),
        Recipe("aireadi-stress", garmin_days, "stressed", "person_id", options=_OF_FILES),
        Recipe(
            "aireadi-stress-heart",
            partial(garmin_days, with_heart=True),
            "stressed",
            "person_id",
            options=_OF_FILES,
        ),
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
    recipe: Recipe,
    origin: Path,
    store: Path,
    report: Report,
    replace: bool = False,
    size: Size | None = None,
    making: Making | None = None,
) -> tuple[Added, Order]:
    """Make the model of the owner's file, as `turnpoint add-model` makes one, and tell of which order.

    People are split, and folds are made, by person: all rows of one stay together. The table that is made
    in between is gone afterwards. `task.toml` and all else beside the versions stays as its owner has it.

    Raises:
        TrainingError: the file is another, it does not take an option, or the model cannot be made.
    """
    making = making or Making()
    check_making(recipe.name, origin, making, recipe.options)
    with tempfile.TemporaryDirectory(prefix="turnpoint-") as work:
        report("Reading the file", None)
        path = Path(work) / f"{recipe.name}.parquet"
        recipe.table(origin, Path(work), making).to_parquet(path, index=False)
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
        for name in recipe.beside():
            told = store / recipe.name / name
            if not told.exists():
                told.parent.mkdir(exist_ok=True)
                shutil.copyfile(recipe.file(name), told)
    assert isinstance(done, Added)  # there is a schema, so that nothing is drafted
    return done, order
