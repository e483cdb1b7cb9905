"""`turnpoint add-model`: from an owner's table to a first task.toml, or with one to a version to host."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from app.classifiers.folder import TASK, ModelFolderError
from app.classifiers.task import read_task
from app.domain.schema import OWN_TABLE, FeatureSchema
from research.own_model.building import begin, build
from research.own_model.draft.advice import advice, leaks_in
from research.own_model.draft.drafting import draft_schema
from research.own_model.draft.leaks import Leak
from research.own_model.fitting import Size, fit_own, whole_size
from research.own_model.given import made_of_given
from research.own_model.making import Made, made_by_fit
from research.own_model.observed import with_observed
from research.own_model.places import Places, places_of
from research.own_model.table.own_table import OwnTable
from research.own_model.table.people import people_of
from research.own_model.table.reading import read_table
from research.own_model.taught import check_enough
from research.own_model.words import words_of
from research.training.cohort import Cohort, cohort_of
from research.training.data_sets import grouping_of
from research.training.errors import TrainingError
from research.training.finishing import swap
from research.training.ranges import check_observed
from research.training.split import is_held_out, rule

Report = Callable[[str, float | None], None]


@dataclass(frozen=True, slots=True)
class Order:
    """What an owner asks for."""

    name: str
    data: Path
    outcome: str
    store: Path
    schema: Path | None = None
    classifier: Path | None = None
    id_column: str | None = None
    site_column: str | None = None
    weight_column: str | None = None
    """Of survey weights: figures on held-out people are told weighted as well."""
    trusts_pickle: bool = False
    """Whether a classifier in a pickle may be loaded, which runs the code in it."""
    replace: bool = False
    """Whether a version of the schema's number may be replaced."""


@dataclass(frozen=True, slots=True)
class Drafted:
    """A first task.toml was written, and nothing else."""

    task: Path
    table: OwnTable
    advice: list[str]


@dataclass(frozen=True, slots=True)
class Added:
    """A version was written, and can be hosted."""

    home: Path
    schema: FeatureSchema
    table: OwnTable
    cohort: Cohort
    made: Made
    metrics: dict[str, Any]
    advice: list[str]
    moved: list[str]
    """Features whose observed range in task.toml was set anew."""
    is_task_left: bool = False
    """Whether task.toml was changed during the run, and is left as it was changed."""


def add_model(order: Order, report: Report, size: Size | None = None) -> Drafted | Added:
    """Draft a task.toml where there is none; else make the version that it names.

    Nothing is written before it is whole: a run that fails or is broken off leaves the store as it was.

    Raises:
        TrainingError: table, schema or classifier cannot be used; the message is one sentence for the owner.
    """
    places = places_of(order.store, order.name, order.schema)
    report("Reading the table", None)
    table = read_table(
        order.data, order.outcome, order.id_column, order.site_column, weight_column=order.weight_column
    )
    if places.given is None:
        return _draft(order, places, table)
    schema = _schema(order.name, places.given)
    home = places.folder / schema.model.version
    if home.exists() and not order.replace:
        raise TrainingError(
            f"{home} is there already: raise `version` in task.toml to make another beside it, or give "
            "--replace."
        )
    with places.held():
        return _add(order, places, schema, table, home, size or whole_size(), report)


def _draft(order: Order, places: Places, table: OwnTable) -> Drafted:
    learned_from = np.array([not is_held_out(own_id) for own_id in table.ids])
    text = draft_schema(table, order.name, table.outcome_column, learned_from)
    with places.held():
        drafted = places.making / "draft"
        begin(drafted, text)
        said = advice(table, _schema(order.name, drafted / TASK))
        places.write_task(text)
    return Drafted(places.task, table, said)


def _schema(name: str, path: Path) -> FeatureSchema:
    try:
        schema = read_task(path)
    except ModelFolderError as error:
        raise TrainingError(f"{error}.") from error
    if schema.model.name != name:
        raise TrainingError(f"{path} names the model {schema.model.name}, not {name}.")
    if schema.data.loader != OWN_TABLE:
        raise TrainingError(
            f'{path} names the loader {schema.data.loader}; of an own table it is "{OWN_TABLE}".'
        )
    return schema


def _add(
    order: Order,
    places: Places,
    schema: FeatureSchema,
    table: OwnTable,
    home: Path,
    size: Size,
    report: Report,
) -> Added:
    assert places.given is not None
    cohort = cohort_of(*people_of(schema, table))
    check_enough(cohort.training, cohort.held_out)
    before = places.task_there()
    text, moved = with_observed(places.given.read_text(encoding="utf-8"), schema, cohort.training)
    making = places.making / home.name
    begin(making, text)
    schema = _schema(order.name, making / TASK)
    check_observed(schema, cohort.training)
    made = _make(order, schema, cohort, size, report)
    grouping, leaks = grouping_of(schema), leaks_in(table, schema)
    said, cautions = advice(table, schema, leaks), [*_leaks(schema, leaks), *made.cautions]
    words = words_of(schema, table, cohort, grouping, order.id_column, cautions, is_given=made.is_given)
    data = _data(order, schema, table)
    metrics = build(making, schema, cohort, grouping, words, data, made, size.exemplars, report)
    swap(making, home)
    is_task_left = places.task_there() != before
    if not is_task_left:
        places.write_task(text)
    return Added(home, schema, table, cohort, made, metrics, said, moved, is_task_left)


def _leaks(schema: FeatureSchema, leaks: Sequence[Leak]) -> Iterator[str]:
    """What a card has to say of features that may give the outcome away."""
    for leak in leaks:
        what = "where it is missing" if leak.by_missing else "its value"
        yield (
            f"{schema[leak.column].label} may give the outcome away: {what} alone tells who has it with a "
            f"ROC-AUC of {leak.auc:.2f}."
        )


def _make(order: Order, schema: FeatureSchema, cohort: Cohort, size: Size, report: Report) -> Made:
    if order.classifier is None:
        return made_by_fit(schema, fit_own(schema, cohort.training, size, report))
    report("Reading the classifier", None)
    return made_of_given(
        schema, order.classifier, order.trusts_pickle, cohort.training, cohort.held_out, size, report
    )


def _data(order: Order, schema: FeatureSchema, table: OwnTable) -> dict[str, Any]:
    """What the manifest tells of the table: what it is called and is, not where it lies."""
    return {
        "name": schema.data.name,
        "table": table.name,
        "table_sha256": table.sha256,
        "rows": len(table.ids),
        "people": len(set(table.ids)),
        "outcome": table.outcome_column,
        "held_out": rule(order.id_column or "row number"),
    }
