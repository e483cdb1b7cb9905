"""The people asked about, and what a method may know: the model, the setting's rules, training people.

Most peers cannot take unknown values. So they are shown the training people's median or most frequent value
in their place, cannot change it, and the classifier they ask sees what it would see: unknown.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import xgboost

from app.classifiers.calibration import CALIBRATION, read_calibration
from app.classifiers.complement import complement_model
from app.classifiers.link import LOGISTIC
from app.classifiers.model_version import ModelVersion
from app.classifiers.partitions import Side, people_of
from app.classifiers.store import load_version
from app.classifiers.training_procedure import Sample
from app.classifiers.xgboost_local import load_booster
from app.domain.complement import complement_of
from app.domain.reversed_actions import reversed_actions
from app.domain.schema import BoolArray, FeatureSchema, FloatArray, Value
from app.domain.scope import USUAL, Scope
from app.paths import MODEL_STORE
from research.evaluation.benchmark_setup.feasible_ranges import FeasibleRanges, feasible_ranges
from research.evaluation.benchmark_setup.learner import booster_file
from research.evaluation.benchmark_setup.setting import BenchmarkSetting, SettingKind, setting_of

SETUP_VERSION = 2
"""Of who is asked about and what methods are told of them: raised when either changes, so that kept answers
are asked for anew; not for a comment, a name or a move."""


@dataclass(frozen=True, slots=True)
class CohortSpec:
    """Which people of which model, in which setting; small enough to be sent to another process."""

    model: str
    setting: SettingKind
    people: int
    ids: tuple[int, ...] | None = None
    """The people asked about, by their ids; the first ones of high risk when None."""
    reduction: float | None = None
    """Each person is to come so far below their own risk; to the model's threshold when None."""
    scope: Scope = USUAL
    """What callers open; peers know the usual scope alone."""
    store: Path = MODEL_STORE
    """The folder of models that has it."""
    raising: bool = False
    """Whether people at low risk are asked about, to come above the threshold by reversed actions: how rows
    of the high class are made, and no advice. Risks are then complements (`app.classifiers.complement`)."""


@dataclass(frozen=True, slots=True)
class BenchmarkPerson:
    """One held-out person: values in the schema's kinds, the encoded row, and what may move how far."""

    source_id: int
    values: Mapping[str, Value]
    row: FloatArray
    ranges: FeasibleRanges
    only: tuple[str, ...] | None = None
    """The actionable features that may vary; all of them when None."""
    target: float | None = None
    """The risk to reach; the model's threshold when None."""

    @property
    def unknown(self) -> BoolArray:
        return np.isnan(self.row)


@dataclass(frozen=True)
class BenchmarkSetup:
    """The hosted model, the people asked about, and the training people whom some peers need."""

    model: ModelVersion
    setting: BenchmarkSetting
    people: tuple[BenchmarkPerson, ...]
    sd: FloatArray
    """Standard deviation of each column among training people."""
    filling: FloatArray
    """What stands for an unknown value: median, or most frequent value; shape (columns,)."""
    raising: bool = False
    """Whether the model is the complement of its folder's: see `CohortSpec`."""

    @property
    def schema(self) -> FeatureSchema:
        return self.model.schema

    @property
    def target(self) -> float:
        return self.schema.model.threshold

    @cached_property
    def training(self) -> Sample:
        """All training people, unknown values filled: what peers are given."""
        return Sample(self.filled(self.model.population.rows), self.model.population.outcome)

    @cached_property
    def booster(self) -> xgboost.Booster | None:
        """The classifier's trees as XGBoost itself, one thread; None of another library's classifier.

        A map that the model has from margin to risk is no part of it: see `raw_target`.
        """
        path = booster_file(self.model.folder)
        if path is None:
            return None
        booster = load_booster(path, self.schema.columns)
        booster.set_param({"nthread": 1})
        return booster

    def raw_target(self, target: float) -> float:
        """The probability that the booster alone gives where the model's risk is `target`."""
        link = read_calibration(self.model.folder)
        if link == LOGISTIC:
            return target
        return float(LOGISTIC.risk(link.highest_margin_below(target)))

    def filled(self, rows: FloatArray) -> FloatArray:
        return np.where(np.isnan(rows), self.filling, rows)

    def free_columns(self, person: BenchmarkPerson) -> list[int]:
        """The columns that may change, those of free categories included."""
        free = [self.schema.column_of[name] for name in person.ranges]
        return sorted(free + [column for group in self.free_categories(person) for column in group])

    def free_categories(self, person: BenchmarkPerson) -> list[list[int]]:
        """The columns of each category that may change."""
        if not self.setting.categories:
            return []
        groups = [
            [self.schema.columns.index(name) for name in feature.columns]
            for feature in self.schema.features
            if feature.categories
        ]
        return [group for group in groups if not person.unknown[group].any()]

    def risk(self, rows: FloatArray) -> FloatArray:
        """Risk of each row, shape (n,), as the hosted classifier says it."""
        return self.model.classifier.risk(rows)

    def both_classes(self, person: BenchmarkPerson | None, rows: FloatArray) -> FloatArray:
        """Probabilities of the low and the high class, shape (n, 2): scikit-learn's `predict_proba`.

        Of filled rows that stand for this person, whose unknown values the classifier sees as unknown; of
        rows as they are, with the model's target, where there is no person. Peers that look for the other
        class mean a probability of one half: log-odds are moved so that the target lies there.
        """
        seen = np.asarray(rows, dtype=np.float64)
        target = self.target
        if person is not None:
            seen, target = np.where(person.unknown, np.nan, seen), self.target_of(person)
        risk = self.risk(seen)
        if target != 0.5:
            risk = _with_half_at(target, risk)
        return np.column_stack([1.0 - risk, risk])

    def target_of(self, person: BenchmarkPerson) -> float:
        """The risk that this person is to come to."""
        return self.target if person.target is None else person.target

    def answer(self, person: BenchmarkPerson, row: FloatArray) -> tuple[float, ...]:
        """A filled row as an answer about this person."""
        return tuple(np.where(person.unknown, np.nan, row).tolist())

    @cached_property
    def model_digest(self) -> str:
        """SHA-256 over the model's manifest, which lists every file of it."""
        return hashlib.sha256((self.model.folder / "manifest.json").read_bytes()).hexdigest()

    @cached_property
    def shown_digest(self) -> str:
        """SHA-256 over all of the model that peers are shown; the committee and effects are ours alone."""
        shown = self.setting.schema.model_dump_json(  # by the names of task.toml, which outlive those of code
            by_alias=True,
            exclude={
                "model": {"version", "min_robustness", "title", "description"},
                "data": True,
                "training": True,
                "effects": True,
                "features": {"__all__": {"device"}},
            },
        )
        names = ("classifier.ubj", "classifier.forest", CALIBRATION, Side.TRAINING, Side.HELD_OUT)
        files = [path for name in names if (path := self.model.folder / name).exists()]
        return hashlib.sha256(shown.encode() + b"".join(path.read_bytes() for path in files)).hexdigest()

    @cached_property
    def people_digest(self) -> str:
        """SHA-256 over the encoded rows of the people asked about, in order."""
        rows = np.stack([person.row for person in self.people])
        ids = json.dumps([person.source_id for person in self.people])
        return hashlib.sha256(ids.encode() + rows.tobytes()).hexdigest()

    def restricted(self, person: BenchmarkPerson, only: Sequence[str] | None) -> BenchmarkPerson:
        """The same person with only these actionable features free to vary."""
        if only is None:
            return person
        return replace(person, only=tuple(only), ranges=feasible_ranges(self.setting, person.values, only))


def load_setup(spec: CohortSpec) -> BenchmarkSetup:
    """The first held-out people of high risk in the file's order, or those named; unknown values or not.

    Raises:
        ModelFolderError: there is no such model.
    """
    model = load_version(spec.store, spec.model)
    model = replace(model, schema=model.schema.within(spec.scope))
    if spec.raising:
        model = replace(complement_model(model), schema=complement_of(reversed_actions(model.schema)))
    rows = model.population.rows
    sd = np.nanstd(rows, axis=0)
    setting = setting_of(model.schema, spec.setting, sd)
    threshold = model.schema.model.threshold
    high_risk = [
        person
        for person in people_of(model, Side.HELD_OUT)
        if person.risk > threshold and (spec.ids is None or person.source_id in spec.ids)
    ][: spec.people]
    people = [_person(setting, person.source_id, model.schema, person.features) for person in high_risk]
    if spec.reduction is not None:
        people = [
            replace(one, target=person.risk - spec.reduction)
            for one, person in zip(people, high_risk, strict=True)
        ]
    return BenchmarkSetup(
        model=model,
        setting=setting,
        people=tuple(people),
        sd=sd,
        filling=_filling(model.schema, rows),
        raising=spec.raising,
    )


def bare_setup(model: ModelVersion, kind: SettingKind) -> BenchmarkSetup:
    """What methods are told of a model that nobody is asked about yet, such as one of no folder.

    A column that nobody knows anything of has no spread.
    """
    rows = model.population.rows
    sd = np.nan_to_num(np.nanstd(rows, axis=0))
    setting = setting_of(model.schema, kind, sd)
    return BenchmarkSetup(model, setting, people=(), sd=sd, filling=_filling(model.schema, rows))


def held_out_rows(setup: BenchmarkSetup) -> FloatArray:
    """Everybody held out, encoded."""
    return np.stack([setup.schema.encode(one.features) for one in people_of(setup.model, Side.HELD_OUT)])


def easy_training_person(setup: BenchmarkSetup) -> BenchmarkPerson:
    """The training person whose risk is least above the target: the warm-up of every method."""
    people = people_of(setup.model, Side.TRAINING)
    risks = [one.risk if one.risk > setup.target else np.inf for one in people]
    easiest = people[int(np.argmin(risks))]
    return _person(setup.setting, easiest.source_id, setup.schema, easiest.features)


def _person(
    setting: BenchmarkSetting, source_id: int, schema: FeatureSchema, values: Mapping[str, Any]
) -> BenchmarkPerson:
    return BenchmarkPerson(
        source_id, values=values, row=schema.encode(values), ranges=feasible_ranges(setting, values)
    )


def _with_half_at(target: float, risk: FloatArray) -> FloatArray:
    high, low = risk * (1 - target), (1 - risk) * target
    return np.asarray(high / (high + low))


def _filling(schema: FeatureSchema, rows: FloatArray) -> FloatArray:
    filling = np.nanmedian(rows, axis=0)
    for feature in schema.features:
        columns = [schema.columns.index(name) for name in feature.columns]
        if feature.categories:
            most = int(np.nanmean(rows[:, columns], axis=0).argmax())
            filling[columns] = np.arange(len(columns)) == most
        else:
            filling[columns] = np.round(filling[columns] / feature.precision) * feature.precision
    return filling
