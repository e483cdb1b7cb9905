"""A model for each fold: a version that never saw the people of the fold, in a store of its own.

It is made as the recipe's model is (settings by cross-validation, recalibration, committee, lessons for a
language model), without card and figures, which nobody reads of a fold.
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xgboost
from sklearn.model_selection import StratifiedGroupKFold

from app.classifiers.folder import TASK
from app.classifiers.task import read_task
from app.domain.schema import IntArray
from research.evaluation.runner.fingerprint import fingerprint
from research.own_model.building import hosted
from research.own_model.choice import grid
from research.own_model.fitting import Size, fit_own
from research.own_model.making import made_by_fit
from research.own_model.observed import with_observed
from research.own_model.taught import MOST_KEPT, check_enough, drawn
from research.papers_study.people_table import PeopleTable
from research.sensor_models.recipes import Report
from research.training.cohort import Cohort, counts_of
from research.training.exemplars import make_exemplars
from research.training.manifest import Origin, write_json, write_manifest
from research.training.people import Participant, Tally, write_people

FOLD_VERSION = 1
"""Of how a fold's version is made: raised when another comes out, so that kept ones are made anew."""
FOLDS, QUICK_FOLDS = 5, 3
FOLD_SIZE = Size(grid(), members=20, exemplars=12)
"""Fewer refits and lessons than a model that is hosted: there are as many versions as folds."""
_WHOSE = "whose.json"
_WORK = 20_000
"""What the search for one lesson may cost."""


@dataclass(frozen=True, slots=True)
class Fold:
    """One fold: the store with its version, and whose each row is that the version holds, as numbers."""

    number: int
    store: Path
    model: str
    held_out: tuple[int, ...]
    training: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FoldPlan:
    """How many folds of people, by which shuffle, and how much each version gets."""

    count: int = FOLDS
    seed: int = 0
    size: Size = FOLD_SIZE


def fold_versions(table: PeopleTable, plan: FoldPlan, home: Path, report: Report) -> list[Fold]:
    """The folds, each with its version made, or kept from before; `home` keeps them. They hold people's rows.

    Raises:
        TrainingError: a fold has too few people, or its version could not be hosted.
    """
    numbers = {own_id: number for number, own_id in enumerate(sorted({one.id for one in table.people}))}
    whose = np.array([numbers[one.id] for one in table.people])
    outcome = np.array([one.outcome for one in table.people])
    splitter = StratifiedGroupKFold(plan.count, shuffle=True, random_state=plan.seed)
    root = home / f"{table.recipe.name}-{_fingerprint(table, plan)}"
    folds = []
    for number, (seen, unseen) in enumerate(splitter.split(outcome, outcome, whose)):
        store = root / f"fold-{number + 1}"
        if not (store / _WHOSE).exists():
            report(f"Making the model of fold {number + 1} of {plan.count}", number / plan.count)
            _make(table, plan, store, number, seen, unseen, whose, report)
        told = json.loads((store / _WHOSE).read_text(encoding="utf-8"))
        folds.append(
            Fold(number + 1, store, table.recipe.name, tuple(told["held_out"]), tuple(told["training"]))
        )
    return folds


def _fingerprint(table: PeopleTable, plan: FoldPlan) -> str:
    size = plan.size
    parts: Mapping[str, Any] = {
        "fold": FOLD_VERSION,
        "table": table.sha256,
        "task": table.task,
        "folds": [plan.count, plan.seed],
        "size": [str(size.settings), size.members, size.exemplars],
        "learner": f"xgboost {xgboost.__version__}",
    }
    return fingerprint(parts)


def _make(
    table: PeopleTable,
    plan: FoldPlan,
    store: Path,
    number: int,
    seen: IntArray,
    unseen: IntArray,
    whose: IntArray,
    report: Report,
) -> None:
    shutil.rmtree(store, ignore_errors=True)
    cohort = Cohort(_those(table.people, seen), _those(table.people, unseen), Tally())
    check_enough(cohort.training, cohort.held_out)
    home = store / table.recipe.name / table.schema.model.version
    (home / "committee").mkdir(parents=True)
    text, _ = with_observed(table.task, table.schema, cohort.training)
    (home / TASK).write_text(text, encoding="utf-8")
    schema = read_task(home / TASK)
    made = made_by_fit(schema, fit_own(schema, cohort.training, plan.size, report))
    made.write(home)
    kept = {}
    for name, people, places in (
        ("population", cohort.training, seen),
        ("held_out", cohort.held_out, unseen),
    ):
        write_people(schema, drawn(people, MOST_KEPT), home / f"{name}.parquet", with_numbers=False)
        kept[name] = drawn(whose[places].tolist(), MOST_KEPT)
    data = {
        "name": schema.data.name,
        "rows": len(table.people),
        "people": table.persons,
        "held_out": f"fold {number + 1} of {plan.count} by person, seed {plan.seed}",
    }
    origin, counts = Origin(data, made.fit_facts, made.committee_facts), counts_of(schema, cohort)
    write_manifest(home, schema, origin, counts)
    lessons = [person.values for person in drawn(cohort.training, MOST_KEPT)]
    write_json(home / "exemplars.json", make_exemplars(hosted(home), lessons, plan.size.exemplars, _WORK))
    write_manifest(home, schema, origin, counts)
    told = {"held_out": kept["held_out"], "training": kept["population"]}
    (store / _WHOSE).write_text(json.dumps(told), encoding="utf-8")


def _those(people: Sequence[Participant], places: IntArray) -> list[Participant]:
    return [people[place] for place in places]
