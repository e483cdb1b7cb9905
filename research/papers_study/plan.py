"""What the study by folds is to do, as the command line asks for it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from research.evaluation.augmentation.augmenters import AUGMENTERS
from research.evaluation.methods.registry import STUDY, Method
from research.evaluation.study.plan import Part, StudyError, refuse_missing, refuse_unknown
from research.papers_study.fold_versions import QUICK_FOLDS, FoldPlan
from research.papers_study.scarcity import (
    DRAWS,
    LABELLED,
    MAKERS,
    QUICK_DRAWS,
    QUICK_LABELLED,
    ScarcePlan,
    makers,
)
from research.sensor_models.recipes import Recipe

METHODS_ASKED = (
    "ours-least",
    "ours",
    "few-shot",
    "zero-shot",
    "dice-random",
    "nice-sparsity",
    "nice-proximity",
    "cfnow",
    "treecf",
)
"""Of the study's methods those that the papers name, treecf, and Turnpoint with and without robustness."""
_TUNED = "fine-tuned"
ROWS, QUICK_ROWS = 8, 3
"""Rows asked about in a fold, each way."""


@dataclass(frozen=True, slots=True)
class FoldRequest:
    """What the command line asks for; nothing said stands for the usual, or for what is quick."""

    parts: Collection[str] = ()
    methods: Collection[str] = ()
    augmenters: Collection[str] = ()
    draws: int | None = None
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
    scarce: ScarcePlan
    parts: Sequence[Part]
    fresh: bool


def fold_study(recipe: Recipe, origin: Path, store: Path, request: FoldRequest, folds: FoldPlan) -> FoldStudy:
    """The plan that a request stands for.

    Raises:
        StudyError: there is no such part, method or augmenter, a package is not installed, or a tuned
            language model is asked for: whoever a fold holds out, it has learned from.
    """
    refuse_unknown("part", request.parts, list(Part))
    refuse_unknown("method", request.methods, [method.key for method in STUDY])
    refuse_unknown("augmenter", request.augmenters, [one.key for one in AUGMENTERS])
    if _TUNED in request.methods:
        raise StudyError(
            f"{_TUNED}: an adapter was taught on people whom folds hold out, so none is asked here. Leave "
            f"out --from to ask it about the people whom its own version held out"
        )
    parts = [part for part in Part if part in (request.parts or list(Part))]
    wanted = request.methods or METHODS_ASKED
    quick = request.quick and not request.methods
    methods = [one for one in STUDY if one.key in wanted and not (quick and one.slow)]
    rows_by = makers(tuple(request.augmenters) or MAKERS)
    refuse_missing(
        [one.package for one in methods if Part.METHODS in parts]
        + [one.package for one in rows_by if Part.AUGMENTATION in parts]
    )
    if request.quick:
        folds = replace(folds, count=min(folds.count, QUICK_FOLDS))
    rows = request.rows or (QUICK_ROWS if request.quick else ROWS)
    scarce = ScarcePlan(
        rows_by,
        draws=request.draws or (QUICK_DRAWS if request.quick else DRAWS),
        labelled=QUICK_LABELLED if request.quick else LABELLED,
        fresh=request.fresh,
    )
    return FoldStudy(recipe, origin, store, folds, methods, rows, scarce, parts, request.fresh)
