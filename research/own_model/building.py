"""The files of a version of an own model, written one after the other and read as the gateway reads them."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from app.classifiers.folder import TASK, ModelFolderError
from app.classifiers.model_version import ModelVersion
from app.classifiers.store import load_model
from app.domain.schema import FeatureSchema
from app.settings import Settings
from research.own_model.making import Made
from research.own_model.taught import MOST_KEPT, MOST_TRIED_ON, drawn, sample_of
from research.training import card, plots
from research.training.cohort import Cohort, counts_of
from research.training.data_set import CardWords, Grouping
from research.training.discrimination import FEWEST_OF_EACH, roc_auc
from research.training.errors import TrainingError
from research.training.evaluation import evaluate, rounded
from research.training.exemplars import make_exemplars
from research.training.finishing import pass_gate
from research.training.fitted import Fitted
from research.training.manifest import Origin, write_json, write_manifest
from research.training.people import write_people

Report = Callable[[str, float | None], None]


def build(
    home: Path,
    schema: FeatureSchema,
    cohort: Cohort,
    grouping: Grouping,
    words: CardWords,
    data: Mapping[str, Any],
    made: Made,
    exemplars: int,
    report: Report,
) -> dict[str, Any]:
    """Write all files of a version into `home`, which has its task.toml, and tell its figures.

    Raises:
        TrainingError: it is not as good as its owner asks, or could not be hosted.
    """
    origin = Origin(data, made.fit_facts, made.committee_facts)
    counts = counts_of(schema, cohort)
    (home / "committee").mkdir()
    made.write(home)
    for people, name in ((cohort.training, "population.parquet"), (cohort.held_out, "held_out.parquet")):
        write_people(schema, drawn(people, MOST_KEPT), home / name, with_numbers=False)
    # Read as it will be hosted: what is measured and shown is what will answer.
    write_manifest(home, schema, origin, counts)
    model = hosted(home)
    report("Evaluating on held-out people", None)
    tried_on = drawn(cohort.training, MOST_TRIED_ON)
    fitted = _fitted(model, made, cohort)
    metrics = evaluate(
        schema, grouping, fitted, cohort.training, cohort.held_out, {}, FEWEST_OF_EACH, tried_on, alone=True
    )
    metrics |= rounded(dict(made.figures))
    pass_gate(schema, metrics)
    report("Choosing exemplars for the language model", None)
    lessons = [person.values for person in drawn(cohort.training, MOST_KEPT)]
    work = Settings.model_fields["search_work"].default
    write_json(home / "exemplars.json", make_exemplars(model, lessons, exemplars, work))
    write_json(home / "metrics.json", metrics)
    card.write(home, schema, words, metrics, counts, made.make)
    plots.write(home, metrics)
    write_manifest(home, schema, origin, counts)
    hosted(home)
    return metrics


def hosted(home: Path) -> ModelVersion:
    """The version in a folder, as the gateway reads it.

    Raises:
        TrainingError: the gateway would not host it.
    """
    try:
        return load_model(home.parent, home.name)
    except ModelFolderError as error:
        raise TrainingError(f"The version could not be hosted: {error}.") from error


def begin(home: Path, task: str) -> None:
    """An empty folder for a version, in place of what an interrupted run left, with its task.toml."""
    shutil.rmtree(home.parent, ignore_errors=True)
    home.mkdir(parents=True)
    (home / TASK).write_text(task, encoding="utf-8")


def _fitted(model: ModelVersion, made: Made, cohort: Cohort) -> Fitted:
    some = sample_of(model.schema, drawn(cohort.held_out, MOST_KEPT))
    influence = made.influence(model.classifier.risk, some)
    if not any(influence.values()):
        told = roc_auc(some.outcome, model.classifier.risk(some.rows))
        if told is not None and told.high < 0.5:
            raise TrainingError(
                "The classifier's risks are higher for those who do not have the outcome than for those who "
                "have it: is it of the outcome the other way round? No version was written."
            )
        raise TrainingError(
            "The classifier found nothing in this table that tells who has the outcome: no version was "
            "written."
        )
    return Fitted(model.classifier.risk, model.committee.risk, influence, made.fit)
