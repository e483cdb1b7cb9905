"""`turnpoint train`: from the pinned data to a version in the model store."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.classifiers.folder import TASK
from app.classifiers.model_version import ModelVersion
from app.classifiers.store import ModelFolderError, read_people, read_schema
from app.classifiers.training_procedure import Sample
from app.classifiers.xgboost_committee import XGBoostCommittee
from app.classifiers.xgboost_local import XGBoostClassifier
from app.domain.schema import FeatureSchema
from research.training import card, evaluation, plots, source
from research.training.committee import COMMITTEE_SIZE, refit
from research.training.data_set import DataSet
from research.training.data_sets import data_set_of
from research.training.errors import TrainingError
from research.training.exemplars import make_exemplars
from research.training.manifest import write_json, write_manifest
from research.training.masking import fit_people
from research.training.older import older_classifiers
from research.training.people import (
    Participant,
    Tally,
    missing_by_feature,
    outcomes_of,
    rows_of,
    write_people,
)
from research.training.ranges import check_observed
from research.training.split import is_held_out

__all__ = ["TrainingError", "train"]

Report = Callable[[str, float | None], None]


@dataclass(frozen=True, slots=True)
class _Cohort:
    """The people of a run, on their side of the split."""

    training: list[Participant]
    held_out: list[Participant]
    tally: Tally


def train(name: str, store: Path, cache: Path, report: Report) -> Path:
    """Train the model `name` of a store and write the version that its schema names.

    A version of that number is replaced only when the new one is done; others are left as they are. `cache`
    keeps the downloaded data; `report` takes what is being done, and how far (0 to 1) if known.

    Raises:
        TrainingError: the model's folder or data cannot be used, or the classifier is not good enough.
    """
    folder = store / name
    try:
        schema = read_schema(folder)
    except ModelFolderError as error:
        raise TrainingError(str(error)) from error
    data_set = data_set_of(schema.data.loader)
    report("Reading the data", None)
    cohort = _read_cohort(schema, data_set, cache)
    version = schema.model.version
    home, partial = folder / version, folder / f"{version}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    (partial / "committee").mkdir(parents=True)
    try:
        shutil.copyfile(folder / TASK, partial / TASK)
        _build(partial, schema, data_set, cohort, report)
        carry_adapter(home, partial)
        _swap(partial, home)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return home


def _read_cohort(schema: FeatureSchema, data_set: DataSet, cache: Path) -> _Cohort:
    people, tally = data_set.read_people(schema, source.fetch_table(data_set.source, cache))
    training = [person for person in people if not is_held_out(person.seqn)]
    held_out = [person for person in people if is_held_out(person.seqn)]
    check_observed(schema, training)
    return _Cohort(training, held_out, tally)


def _build(home: Path, schema: FeatureSchema, data_set: DataSet, cohort: _Cohort, report: Report) -> None:
    sample = Sample(rows_of(schema, cohort.training), outcomes_of(cohort.training))
    report("Fitting the classifier", None)
    booster = fit_people(schema, sample)
    booster.save_model(home / "classifier.ubj")
    members = []
    for number in range(COMMITTEE_SIZE):
        report("Fitting the committee", number / COMMITTEE_SIZE)
        members.append(refit(schema, sample, seed=number + 1))
        members[-1].save_model(home / "committee" / f"{number:02d}.ubj")
    write_people(schema, cohort.training, home / "population.parquet")
    write_people(schema, cohort.held_out, home / "held_out.parquet")
    report("Evaluating on held-out people", None)
    metrics = evaluation.evaluate(
        schema,
        data_set.grouping,
        booster,
        members,
        cohort.training,
        cohort.held_out,
        older_classifiers(home, schema),
    )
    _pass_gate(schema, metrics)
    report("Choosing exemplars for the language model", None)
    write_json(
        home / "exemplars.json", make_exemplars(_hosted(home, schema), [p.values for p in cohort.training])
    )
    counts = _counts(schema, cohort)
    write_json(home / "metrics.json", metrics)
    card.write(home, schema, data_set.words, metrics, counts)
    plots.write(home, metrics)
    write_manifest(home, schema, data_set, counts)


def _pass_gate(schema: FeatureSchema, metrics: Mapping[str, Any]) -> None:
    """Refuse a classifier that is not as good as its owner asks in task.toml, if they ask."""
    least, auc = schema.gate.min_roc_auc, metrics["held_out"]["roc_auc"]
    if least is None or (auc is not None and auc["value"] >= least):
        return
    measured = "cannot be told" if auc is None else f"is {auc['value']:.3f}"
    raise TrainingError(
        f"ROC-AUC on held-out people {measured}; [gate] in task.toml asks for a min_roc_auc of {least:.2f}."
    )


def _hosted(home: Path, schema: FeatureSchema) -> ModelVersion:
    """The model of an unfinished folder, as the gateway will read it; it has no digest yet."""
    members = sorted((home / "committee").glob("*.ubj"))
    return ModelVersion(
        schema=schema,
        version=schema.model.version,
        digest="",
        folder=home,
        classifier=XGBoostClassifier.load(home / "classifier.ubj", schema.columns),
        committee=XGBoostCommittee.load(members, schema.columns),
        population=read_people(schema, home / "population.parquet"),
    )


def _counts(schema: FeatureSchema, cohort: _Cohort) -> dict[str, Any]:
    everyone = cohort.training + cohort.held_out
    return {
        "kept": len(everyone),
        "training": len(cohort.training),
        "held_out": len(cohort.held_out),
        "dropped": cohort.tally.dropped,
        "out_of_range": cohort.tally.out_of_range,
        "missing": missing_by_feature(schema, everyone),
    }


def carry_adapter(old: Path, new: Path) -> None:
    """Take a language model's adapter along to a version whose classifier is the same, byte for byte.

    To another classifier's questions it would give answers that it was never taught.
    """
    adapter, name = old / "adapter", "classifier.ubj"
    if adapter.exists() and (old / name).read_bytes() == (new / name).read_bytes():
        shutil.copytree(adapter, new / "adapter")


def _swap(partial: Path, home: Path) -> None:
    """Put the finished folder in the old one's place; if that fails, the old one is put back."""
    old = home.with_name(f"{home.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if home.exists():
        home.rename(old)
    try:
        partial.rename(home)
    except OSError as error:
        if old.exists():
            old.rename(home)
        raise TrainingError(f"{home} could not be replaced.") from error
    shutil.rmtree(old, ignore_errors=True)
