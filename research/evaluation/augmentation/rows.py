"""Rows for a class whose labels are scarce, made one way or another."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pkgutil import resolve_name

import numpy as np

from app.classifiers.model_version import ModelVersion
from app.classifiers.training_procedure import Sample
from app.domain.schema import FloatArray, IntArray
from research.evaluation.augmentation.augmenters import Augmenter, Way
from research.evaluation.augmentation.cohort import Cohort, Scarce
from research.evaluation.augmentation.scarce_models import (
    ScarceSetup,
    by_risk,
    model_of,
    oversample,
    rebalanced,
    setup_of,
)
from research.evaluation.benchmark_setup.people import BenchmarkPerson
from research.evaluation.methods.reply import Ending, MethodReply
from research.llm_session import LlmEndpoint

AskMethod = Callable[[BenchmarkPerson], MethodReply]


@dataclass(frozen=True, slots=True)
class SyntheticRows:
    """Rows of one class in the order they were asked for; a source that gave none has all unknown.

    `unchanged`: which rows are people as they are.
    """

    label: bool
    rows: FloatArray
    unchanged: "np.typing.NDArray[np.bool_]"

    def first(self, count: int) -> "SyntheticRows":
        return SyntheticRows(self.label, rows=self.rows[:count], unchanged=self.unchanged[:count])

    @property
    def there(self) -> FloatArray:
        """The rows that are, shape (rows, columns)."""
        return self.rows[~np.isnan(self.rows).all(axis=1)]


def synthetic_rows(
    cohort: Cohort, scarce: Scarce, augmenter: Augmenter, most: float, seed: int, endpoint: LlmEndpoint | None
) -> list[SyntheticRows]:
    """Up to `most` times the rows that each class lost."""
    rng = np.random.default_rng([seed, 1])
    wanted = {label: round(most * count) for label, count in scarce.lost.items()}
    if augmenter.way is Way.WEIGHTED:
        return []
    if augmenter.way is Way.REPEATED:
        repeated = [
            (label, oversample(cohort, scarce, {label: count}, rng)) for label, count in wanted.items()
        ]
        return [_as_they_are(label, cohort.training.rows[people]) for label, people in repeated]
    if augmenter.way is Way.SMOTE:
        # Its package is not installed everywhere.
        smote_rows = resolve_name("research.evaluation.augmentation.smote:smote_rows")
        known = cohort.training.take(scarce.labelled)
        sampled = [(label, smote_rows(cohort, known, label, count, seed)) for label, count in wanted.items()]
        return [
            SyntheticRows(label, rows=rows, unchanged=np.zeros(len(rows), dtype=bool))
            for label, rows in sampled
        ]
    return list(_changed(cohort, scarce, augmenter, wanted, rng, endpoint))


def _as_they_are(label: bool, rows: FloatArray) -> SyntheticRows:
    return SyntheticRows(label, rows=rows, unchanged=np.ones(len(rows), dtype=bool))


def _changed(
    cohort: Cohort,
    scarce: Scarce,
    augmenter: Augmenter,
    wanted: dict[bool, int],
    rng: np.random.Generator,
    endpoint: LlmEndpoint | None,
) -> Iterator[SyntheticRows]:
    """People on the wanted side as they are, or labelled ones for them; others with what a method changes."""
    labelled = augmenter.way is Way.LABELLED
    known = cohort.training.take(scarce.labelled) if labelled else rebalanced(cohort, scarce, rng)
    model = model_of(cohort, known)
    for label, count in wanted.items():
        setup = setup_of(cohort, model, label, augmenter.setting)
        ask = _ask_method(augmenter, setup, endpoint)
        people = _sources(cohort, scarce, model, label, labelled, rng)[:count]
        rows = np.full((len(people), len(cohort.schema.columns)), np.nan)
        unchanged = setup.risk(cohort.training.rows[people]) <= setup.target
        alike = (
            oversample(cohort, scarce, {label: len(people)}, rng) if augmenter.way is Way.MIXED else people
        )
        for position, index in enumerate(people):
            if unchanged[position]:
                rows[position] = cohort.training.rows[alike[position]]
            elif ask is not None:
                rows[position] = _answer(setup, ask(setup.person(int(index), cohort)))
        yield SyntheticRows(label, rows=rows, unchanged=unchanged)


def _sources(
    cohort: Cohort, scarce: Scarce, model: ModelVersion, label: bool, labelled: bool, rng: np.random.Generator
) -> IntArray:
    """Whom rows are made of: people without a label first, then labelled ones of the other class.

    Where both classes lost labels, those at lowest risk are taken for the low one's, the rest for the high's.
    """
    others = scarce.labelled[cohort.training.outcome[scarce.labelled] != label]
    if labelled:
        risk = model.classifier.risk(cohort.training.rows[others])
        is_other = (risk > cohort.schema.model.threshold) != label
        return rng.permutation(others[is_other])
    rest = by_risk(model, cohort.training.rows, scarce.unlabelled)
    low = scarce.lost.get(False, 0)
    own = rest[low:] if label else rest[:low]
    return np.concatenate([rng.permutation(own), rng.permutation(others)])


def _ask_method(augmenter: Augmenter, setup: ScarceSetup, endpoint: LlmEndpoint | None) -> AskMethod | None:
    if augmenter.method is None:
        return None
    options = {**augmenter.base_method.options, **augmenter.options}
    if augmenter.style is not None:
        options["endpoint"] = endpoint
    ask: AskMethod = resolve_name(augmenter.base_method.adapter.target)(setup, **options)
    return ask


def _answer(setup: ScarceSetup, reply: MethodReply) -> FloatArray:
    """The first row, if the classifier agrees that it is of the wanted class."""
    if reply.ending is not Ending.FOUND:
        return np.full(len(setup.schema.columns), np.nan)
    row = np.array(reply.rows[0])
    return row if setup.risk(row[None])[0] <= setup.target else np.full_like(row, np.nan)


def with_weights(known: Sample, more: Mapping[bool, int]) -> Sample:
    """Labelled people, those of each class with so many more counting for as many more."""
    weight = np.ones(len(known))
    for label, count in more.items():
        members = known.outcome == label
        weight[members] += count / max(int(members.sum()), 1)
    return Sample(known.rows, known.outcome, weight)


def with_rows(known: Sample, synthetic: list[SyntheticRows]) -> Sample:
    """Labelled people and the rows made for them."""
    rows = [one.there for one in synthetic]
    labels = [np.full(len(there), one.label) for there, one in zip(rows, synthetic, strict=True)]
    return Sample(np.concatenate([known.rows, *rows]), np.concatenate([known.outcome, *labels]))
