"""`turnpoint train`: from the pinned data to a version in the model store."""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from app.classifiers.folder import TASK
from app.classifiers.model_version import ModelVersion
from app.classifiers.store import ModelFolderError, read_people, read_schema
from app.classifiers.training_procedure import Sample, risk_of
from app.classifiers.xgboost_committee import XGBoostCommittee
from app.classifiers.xgboost_local import XGBoostClassifier
from app.domain.schema import FeatureSchema
from research.training import card, evaluation, plots, source
from research.training.cohort import Cohort, cohort_of, counts_of
from research.training.committee import COMMITTEE_SIZE, refit
from research.training.data_set import DataSet
from research.training.data_sets import data_set_of
from research.training.errors import TrainingError
from research.training.exemplars import make_exemplars
from research.training.finishing import carry_adapter, pass_gate, swap
from research.training.fitted import Fitted
from research.training.influence import gain_shares
from research.training.manifest import origin_of, write_json, write_manifest
from research.training.masking import fit_people
from research.training.older import older_classifiers
from research.training.people import outcomes_of, rows_of, write_people
from research.training.ranges import check_observed

__all__ = ["TrainingError", "train"]

Report = Callable[[str, float | None], None]


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
    data_set = data_set_of(schema)
    report("Reading the data", None)
    cohort = _read_cohort(schema, data_set, cache)
    version = schema.model.version
    home, partial_home = folder / version, folder / f"{version}.partial"
    shutil.rmtree(partial_home, ignore_errors=True)
    (partial_home / "committee").mkdir(parents=True)
    try:
        shutil.copyfile(folder / TASK, partial_home / TASK)
        _build(partial_home, schema, data_set, cohort, report)
        carry_adapter(home, partial_home)
        swap(partial_home, home)
    finally:
        shutil.rmtree(partial_home, ignore_errors=True)
    return home


def _read_cohort(schema: FeatureSchema, data_set: DataSet, cache: Path) -> Cohort:
    people, tally = data_set.read_people(schema, source.fetch_table(data_set.source, cache))
    cohort = cohort_of(people, tally)
    check_observed(schema, cohort.training)
    return cohort


def _build(home: Path, schema: FeatureSchema, data_set: DataSet, cohort: Cohort, report: Report) -> None:
    fitted = _fit(home, schema, cohort, report)
    write_people(schema, cohort.training, home / "population.parquet", with_numbers=True)
    write_people(schema, cohort.held_out, home / "held_out.parquet", with_numbers=True)
    report("Evaluating on held-out people", None)
    metrics = evaluation.evaluate(
        schema,
        data_set.grouping,
        fitted,
        cohort.training,
        cohort.held_out,
        older_classifiers(home, schema),
    )
    pass_gate(schema, metrics)
    report("Choosing exemplars for the language model", None)
    write_json(
        home / "exemplars.json", make_exemplars(_hosted(home, schema), [p.values for p in cohort.training])
    )
    counts = counts_of(schema, cohort)
    write_json(home / "metrics.json", metrics)
    card.write(home, schema, data_set.words, metrics, counts)
    plots.write(home, metrics)
    write_manifest(home, schema, origin_of(schema, data_set), counts)


def _fit(home: Path, schema: FeatureSchema, cohort: Cohort, report: Report) -> Fitted:
    """Fit the classifier and its committee, and write both."""
    sample = Sample(rows_of(schema, cohort.training), outcomes_of(cohort.training))
    report("Fitting the classifier", None)
    booster = fit_people(schema, sample)
    booster.save_model(home / "classifier.ubj")
    members = []
    for number in range(COMMITTEE_SIZE):
        report("Fitting the committee", number / COMMITTEE_SIZE)
        members.append(refit(schema, sample, seed=number + 1))
        members[-1].save_model(home / "committee" / f"{number:02d}.ubj")
    return Fitted(
        risk=partial(risk_of, booster),
        committee=lambda rows: np.stack([risk_of(member, rows) for member in members]),
        influence=gain_shares(schema, booster),
        fit=lambda people: partial(risk_of, fit_people(schema, people)),
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
