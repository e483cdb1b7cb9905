"""A recipe's table with whose each row is: a model's version does not say that, and folds need it."""

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path

from app.classifiers.folder import TASK
from app.classifiers.task import read_task
from app.domain.schema import FeatureSchema
from research.own_model.table.people import people_of
from research.own_model.table.reading import read_table
from research.sensor_models.measured_days import Making
from research.sensor_models.recipes import Recipe, Report
from research.training.people import Participant


@dataclass(frozen=True, slots=True)
class PeopleTable:
    """Everybody of a recipe's table; rows of one id are one person."""

    recipe: Recipe
    schema: FeatureSchema
    task: str
    """The text of the schema's file."""
    people: list[Participant]
    sha256: str
    """Of the table as it was read, which another file or another way to make it changes."""
    file_sha256: str
    """Of the file that the table was made of; of a folder, of the table."""

    @property
    def persons(self) -> int:
        return len({one.id for one in self.people})


def read_people_table(recipe: Recipe, origin: Path, store: Path, report: Report) -> PeopleTable:
    """Make the recipe's table of the owner's file, and read it as the recipe's model does.

    The schema is the one that `store` has of this model, else the recipe's.

    Raises:
        TrainingError: the file is another, or the schema does not fit it.
        ModelFolderError: the schema cannot be read.
    """
    report("Reading the file", None)
    own = store / recipe.name / TASK
    task = own if own.exists() else recipe.schema
    schema = read_task(task)
    with tempfile.TemporaryDirectory(prefix="turnpoint-") as work:
        path = Path(work) / f"{recipe.name}.parquet"
        recipe.table(origin, Path(work), Making()).to_parquet(path, index=False)
        table = read_table(path, recipe.outcome, recipe.id_column, None, weight_column=recipe.weight_column)
        digest, of_file = (_sha256(one) for one in (path, origin if origin.is_file() else path))
    people, _ = people_of(schema, table)
    return PeopleTable(recipe, schema, task.read_text(encoding="utf-8"), people, digest, of_file)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
