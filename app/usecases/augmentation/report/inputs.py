"""What a report is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

import numpy as np

from app.classifiers.folder import ModelFolderError
from app.classifiers.model_version import Population
from app.classifiers.partitions import Side
from app.classifiers.population import read_people
from app.classifiers.training_procedure import Sample
from app.domain.schema import FeatureSchema, FloatArray, IntArray
from app.usecases.augmentation.label import Label
from app.usecases.augmentation.owners import NOBODY, Owners
from app.usecases.augmentation.wording import proposed_by


@dataclass(frozen=True)
class ReportInputs:
    """A job's rows beside real people; rows are encoded in the model's columns.

    `label`: whether rows are of the high-risk class. `source_row` says of each synthetic row which source
    row it was made of. `is_sample`: not all synthetic rows are here. `improved` counts rows that are not of
    the class, none of which is here; `median_reduction` is theirs.
    """

    schema: FeatureSchema
    folder: Path
    """Of the model's version."""
    population: Population
    label: bool
    synthetic: FloatArray
    source_row: IntArray
    accepted: int
    rejected: int
    duplicates: int
    reasons: Mapping[str, int]
    is_sample: bool
    improved: int = 0
    median_reduction: float | None = None
    owners: Owners | None = None
    """Whose the source rows are, where somebody has several."""

    @property
    def groups(self) -> IntArray:
        """Synthetic rows of one group must not be parted: those of one person, or source row; (rows,)."""
        if self.owners is None:
            return self.source_row
        person = self.owners.person_of(self.source_row)
        grouped: IntArray = np.where(person == NOBODY, self.source_row, self.owners.number.max() + 1 + person)
        return grouped

    @cached_property
    def training(self) -> Sample:
        """Real people the model learned from."""
        return Sample(self.population.rows, self.population.outcome)

    @cached_property
    def real(self) -> FloatArray:
        """Those of them who are of the class."""
        return self.training.rows[self.training.outcome == self.label]

    @cached_property
    def held_out(self) -> Sample:
        """Real people whom neither the model nor the rows know; nobody where too few were held out."""
        try:
            people = read_people(self.schema, self.folder / Side.HELD_OUT)
        except ModelFolderError:
            return Sample(self.training.rows[:0], self.training.outcome[:0])
        return Sample(people.rows, people.outcome)


@dataclass(frozen=True, slots=True)
class JobFacts:
    """Which job a report is about."""

    id: str
    created_at: datetime
    finished_at: datetime
    model_name: str
    model_version: str
    model_digest: str
    target_label: str
    per_row: int
    generator: str
    seed: int
    degraded: tuple[str, ...] = ()
    """What was away, or of no use, for some source rows."""
    improvements: bool = False
    """Whether rows that only lower the risk were wanted where the class is out of reach."""

    @property
    def other_label(self) -> str:
        """The class that those rows have."""
        return Label(self.target_label).other

    @property
    def proposed_by(self) -> str:
        return proposed_by(self.generator, self.target_label, self.degraded)
