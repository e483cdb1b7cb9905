"""What the study by folds is to do, as the command line asks for it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

from research.evaluation.methods.registry import STUDY, Method
from research.evaluation.study.plan import PACKAGE_MODULES, StudyError
from research.papers_study.fold_versions import FOLDS, QUICK_FOLDS, FoldPlan
from research.papers_study.people_table import PeopleTable
from research.sensor_models.recipes import Recipe

METHODS_ASKED = (
    "ours-least",
    "ours",
    "fine-tuned",
    "few-shot",
    "zero-shot",
    "dice-random",
    "nice-sparsity",
    "nice-proximity",
    "cfnow",
    "treecf",
)
"""Of the study's methods those that the papers name, treecf, and Turnpoint with and without robustness."""
ROWS, QUICK_ROWS = 8, 3
"""Rows asked about in a fold, each way."""


@dataclass(frozen=True, slots=True)
class FoldRequest:
    """What the command line asks for; nothing said stands for the usual, or for what is quick."""

    methods: Collection[str] = ()
    rows: int | None = None
    quick: bool = False
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class FoldStudy:
    """The study of one recipe's table; `store` may have the recipe's model with a schema of its owner's."""

    recipe: Recipe
    origin: Path
    store: Path
    folds: FoldPlan
    methods: Sequence[Method]
    rows: int
    fresh: bool


def fold_study(recipe: Recipe, origin: Path, store: Path, request: FoldRequest, folds: FoldPlan) -> FoldStudy:
    """The plan that a request stands for.

    Raises:
        StudyError: there is no such method, or a package is not installed.
    """
    keys = [method.key for method in STUDY]
    if unknown := sorted(set(request.methods) - set(keys)):
        raise StudyError(f"{', '.join(unknown)}: no such method. There are {', '.join(keys)}")
    wanted = request.methods or METHODS_ASKED
    quick = request.quick and not request.methods
    methods = [one for one in STUDY if one.key in wanted and not (quick and one.slow)]
    lacking = sorted(
        {one.package for one in methods if one.package and find_spec(PACKAGE_MODULES[one.package]) is None}
    )
    if lacking:
        raise StudyError(
            f"{', '.join(lacking)}: not installed here. `make evaluate` makes an environment that has all "
            "the methods; --methods ours asks Turnpoint alone"
        )
    if request.quick:
        folds = replace(folds, count=min(folds.count, QUICK_FOLDS))
    rows = request.rows or (QUICK_ROWS if request.quick else ROWS)
    return FoldStudy(recipe, origin, store, folds, methods, rows, request.fresh)


def usual_folds() -> FoldPlan:
    """Five, by one shuffle of people."""
    return FoldPlan(FOLDS)


def describe_table(table: PeopleTable) -> str:
    """How many rows of how many people, and of which file."""
    with_it = sum(one.outcome for one in table.people)
    return (
        f"{len(table.people)} rows of {table.persons} people, {with_it} of them with the outcome; file "
        f"SHA-256 {table.sha256[:12]}"
    )
