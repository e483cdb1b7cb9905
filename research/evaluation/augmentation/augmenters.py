"""The ways to make rows where labels are scarce, in the order of the tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from app.proposers.llm.prompt import Style
from research.evaluation.augmentation.cohort import Scarcity
from research.evaluation.benchmark_setup.setting import SettingKind
from research.evaluation.methods.registry import STUDY, Method


class Way(StrEnum):
    """Where rows come from."""

    REPEATED = "repeated"  # labelled people of the class once more
    WEIGHTED = "weighted"  # no rows: labelled people of the class count for more
    SMOTE = "smote"  # between labelled people of the class and their neighbours
    SELF = "self"  # people without a label whom the classifier puts in the class
    COUNTERFACTUAL = "counterfactual"  # those, and the others changed until it does
    MIXED = "mixed"  # the others changed, and labelled people of the class once more for the rest
    LABELLED = "labelled"  # labelled people of the other class, changed: the papers' way


@dataclass(frozen=True, slots=True)
class Augmenter:
    """One row of the tables; `method` is the one of the registry that makes counterfactuals.

    `magnitudes`: how many rows are added, as a multiple of the labels that a class lost.
    """

    key: str
    name: str
    way: Way
    method: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    setting: SettingKind = SettingKind.FREE
    magnitudes: tuple[float, ...] = (0.5, 1.0, 2.0)
    scarcities: tuple[Scarcity, ...] = tuple(Scarcity)
    package: str | None = None
    style: Style | None = None
    slow: bool = False

    @property
    def base_method(self) -> Method:
        """The method of the study that makes its counterfactuals."""
        return next(method for method in STUDY if method.key == self.method)


_QUICKLY = {"work": 20_000}
"""A row need not be proved to be the one of least effort."""


def _from_labelled(
    key: str, name: str, method: str, options: Mapping[str, Any] | None = None, package: str | None = None
) -> Augmenter:
    magnitudes = (0.5, 1.0)
    return Augmenter(
        key, name, Way.LABELLED, method=method, options=options or {}, magnitudes=magnitudes, package=package
    )


AUGMENTERS = (
    Augmenter("oversampling", "random oversampling", Way.REPEATED),
    Augmenter("weights", "class weights", Way.WEIGHTED),
    Augmenter("smote", "SMOTE", Way.SMOTE, package="imbalanced-learn"),
    Augmenter("self", "self-training", Way.SELF, magnitudes=(0.5, 1.0)),
    Augmenter(
        "dice",
        "DiCE random",
        Way.COUNTERFACTUAL,
        method="dice-random",
        magnitudes=(0.5, 1.0),
        package="dice-ml",
    ),
    Augmenter("nice", "NICE proximity", Way.COUNTERFACTUAL, method="nice-proximity", package="nicex"),
    Augmenter(
        "cfnow",
        "CFNOW greedy, 0.5 s",
        Way.COUNTERFACTUAL,
        method="cfnow",
        options={"limit_s": 0.5},
        magnitudes=(0.5, 1.0),
        package="cfnow",
        slow=True,
    ),
    Augmenter("search", "Turnpoint, least effort", Way.COUNTERFACTUAL, method="ours-least", options=_QUICKLY),
    Augmenter(
        "search-doable",
        "Turnpoint, as a person can change",
        Way.COUNTERFACTUAL,
        method="ours-least",
        options=_QUICKLY,
        setting=SettingKind.ACTIONABLE,
    ),
    Augmenter("search-robust", "Turnpoint", Way.COUNTERFACTUAL, method="ours", options=_QUICKLY),
    Augmenter("search-mixed", "Turnpoint and oversampling", Way.MIXED, method="ours", options=_QUICKLY),
    Augmenter(
        "llm",
        "language model, fine-tuned",
        Way.COUNTERFACTUAL,
        method="fine-tuned",
        options={"count": 1},
        setting=SettingKind.ACTIONABLE,
        magnitudes=(0.5, 1.0),
        scarcities=(Scarcity.LOW,),
        style=Style.FINE_TUNED,
        slow=True,
    ),
    _from_labelled("dice-labelled", "DiCE, from labelled people", "dice-random", package="dice-ml"),
    _from_labelled("nice-labelled", "NICE, from labelled people", "nice-proximity", package="nicex"),
    _from_labelled("search-labelled", "Turnpoint, from labelled people", "ours", _QUICKLY),
)
