"""Few labelled people to learn from, some of whose labels are then taken away, and everybody held out."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from app.classifiers.model_version import ModelVersion
from app.classifiers.partitions import Side, people_of
from app.classifiers.training_procedure import FIXED, Growth, Sample
from app.domain.schema import FeatureSchema, IntArray, Value
from app.paths import MODEL_STORE
from research.evaluation.benchmark_setup.learner import learner_of
from research.evaluation.benchmark_setup.people import BenchmarkSetup, CohortSpec, load_setup
from research.evaluation.benchmark_setup.setting import SettingKind

LABELLED = 300
"""People of a cohort: about as many as a single site has."""
FEWEST_OF_A_CLASS = 40
"""People of each class in a draw, before half of their labels go."""


class Scarcity(StrEnum):
    """Which class loses half of its labels: the papers' three scenarios."""

    LOW = "low"
    HIGH = "high"
    BOTH = "both"

    @property
    def labels(self) -> tuple[bool, ...]:
        return {Scarcity.LOW: (False,), Scarcity.HIGH: (True,), Scarcity.BOTH: (False, True)}[self]


@dataclass(frozen=True)
class Cohort:
    """All training people of a model with their labels, and all held-out people."""

    setup: BenchmarkSetup
    """What is known of everybody's features: their spread, and what stands for an unknown value."""
    values: tuple[Mapping[str, Value], ...]
    """Of training people, in the order of `training`."""
    training: Sample
    test: Sample

    @property
    def model(self) -> ModelVersion:
        return self.setup.model

    @property
    def schema(self) -> FeatureSchema:
        return self.model.schema

    @cached_property
    def growth(self) -> Growth:
        """How the model's own learner grows trees; as the shipped models' does where that is not known."""
        return learner_of(self.model).growth or FIXED


@dataclass(frozen=True)
class Scarce:
    """Who is left with a label, who lost theirs (indices into `training`), and how many each class lost.

    People who lost their label are still there, with all their features: labels are dear, not people.
    """

    whole: IntArray
    labelled: IntArray
    unlabelled: IntArray
    lost: Mapping[bool, int]


def load_cohort(name: str, store: Path = MODEL_STORE) -> Cohort:
    """The people of a model.

    Raises:
        ModelFolderError: there is no such model.
    """
    setup = load_setup(CohortSpec(name, SettingKind.FREE, people=1, store=store))
    model = setup.model
    values = tuple(person.features for person in people_of(model, Side.TRAINING))
    rows = np.stack([model.schema.encode(one.features) for one in people_of(model, Side.HELD_OUT)])
    outcome = pq.read_table(model.folder / Side.HELD_OUT, columns=["outcome"])["outcome"].to_numpy()
    test = Sample(rows, outcome.astype(bool))
    return Cohort(
        setup=setup,
        values=values,
        training=Sample(model.population.rows, model.population.outcome),
        test=test,
    )


def why_no_trials(cohort: Cohort, people: int) -> str | None:
    """Why labels cannot be made scarce among so many people, in a sentence; None where they can."""
    if learner_of(cohort.model).growth is None:
        return (
            "Left out: how the classifier was fitted is not known here, so it cannot be fitted to few labels."
        )
    if len(cohort.training) < people:
        return f"Left out: it has {len(cohort.training)} training people, and a draw takes {people}."
    with_it = float(cohort.training.outcome.mean())
    rarer = people * min(with_it, 1 - with_it)
    if rarer < FEWEST_OF_A_CLASS:
        return (
            f"Left out: of {people} people some {rarer:.0f} would be of the rarer class, of whom half lose "
            f"their labels; {FEWEST_OF_A_CLASS} are the fewest that tell anything."
        )
    return None


def make_scarce(cohort: Cohort, scarcity: Scarcity, seed: int, people: int = LABELLED) -> Scarce:
    """Draw people without replacement, then half of the labels of each class that shall be scarce."""
    rng = np.random.default_rng(seed)
    outcome = cohort.training.outcome
    whole = rng.permutation(len(outcome))[:people]
    lost = {}
    for label in scarcity.labels:
        members = whole[outcome[whole] == label]
        lost[label] = rng.permutation(members)[: len(members) // 2]
    unlabelled = np.concatenate(list(lost.values()))
    labelled = whole[~np.isin(whole, unlabelled)]
    return Scarce(
        whole=whole,
        labelled=labelled,
        unlabelled=rng.permutation(unlabelled),
        lost={label: len(who) for label, who in lost.items()},
    )
