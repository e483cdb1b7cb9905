"""What is to be studied, as the command line asks for it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path

from app.classifiers.store import find_version
from app.classifiers.task import read_version_schema
from app.domain.feature import Kind
from app.settings import Settings
from research.evaluation.augmentation.augmenters import AUGMENTERS
from research.evaluation.augmentation.cohort import LABELLED
from research.evaluation.augmentation.run import QUICK_LABELLED, QUICK_SEEDS, SEEDS, TrialPlan
from research.evaluation.benchmark_setup.setting import SettingKind
from research.evaluation.methods.registry import STUDY, Method
from research.evaluation.study.comparison import TWICE

PEOPLE, QUICK_PEOPLE, QUICK_TWICE = 100, 4, 2
PACKAGE_MODULES = {
    "dice-ml": "dice_ml",
    "nicex": "nice",
    "cfnow": "cfnow",
    "treecf": "treecf",
    "imbalanced-learn": "imblearn",
}


class StudyError(ValueError):
    """What was asked for cannot be measured."""


class Part(StrEnum):
    """Of the study."""

    METHODS = "methods"
    AUGMENTATION = "augmentation"


@dataclass(frozen=True, slots=True)
class ModelPlace:
    """A model by its name, or name@version, and the folder of models that has it."""

    name: str
    store: Path


@dataclass(frozen=True, slots=True)
class StudyRequest:
    """What the command line asks for; nothing said stands for everything there is, or for what is quick.

    `stores`: folders of models that are not in the model store, by name.
    """

    models: Sequence[str]
    stores: Mapping[str, Path] = field(default_factory=dict)
    parts: Collection[str] = ()
    settings: Collection[str] = ()
    methods: Collection[str] = ()
    augmenters: Collection[str] = ()
    people: int | None = None
    draws: int | None = None
    quick: bool = False
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be studied; `twice` people are asked about a second time."""

    models: Sequence[ModelPlace]
    parts: Sequence[Part]
    settings: Sequence[SettingKind]
    methods: Sequence[Method]
    people: int
    twice: int
    trials: TrialPlan
    fresh: bool = False


def plan_of(request: StudyRequest) -> Plan:
    """The plan that a request stands for.

    Raises:
        StudyError: a model has categories that people act on, there is no such part, setting, method or
            augmenter, or a package is not installed.
        ModelFolderError: there is no such model in the model store.
    """
    usual = Settings().model_store.resolve()
    models = [ModelPlace(name, request.stores.get(name, usual)) for name in request.models]
    for name in set(request.models) - set(request.stores):  # those elsewhere are made when they are asked
        if acted_on := _acted_on_categories(find_version(usual, name)):
            raise StudyError(
                f"{name} has categories that people act on ({', '.join(acted_on)}). The study's "
                "measures read no moves of categories"
            )
    refuse_unknown("part", request.parts, list(Part))
    refuse_unknown("setting", request.settings, list(SettingKind))
    refuse_unknown("method", request.methods, [method.key for method in STUDY])
    refuse_unknown("augmenter", request.augmenters, [one.key for one in AUGMENTERS])
    parts = [part for part in Part if part in (request.parts or list(Part))]
    methods = [one for one in STUDY if _is_meant(one.key, one.slow, request.methods, request.quick)]
    augmenters = [
        one for one in AUGMENTERS if _is_meant(one.key, one.slow, request.augmenters, request.quick)
    ]
    refuse_missing(
        [one.package for one in methods if Part.METHODS in parts]
        + [one.package for one in augmenters if Part.AUGMENTATION in parts]
    )
    draws = request.draws or (QUICK_SEEDS if request.quick else SEEDS)
    return Plan(
        models=models,
        parts=parts,
        settings=[SettingKind(one) for one in request.settings] or list(SettingKind),
        methods=methods,
        people=request.people or (QUICK_PEOPLE if request.quick else PEOPLE),
        twice=QUICK_TWICE if request.quick else TWICE,
        trials=TrialPlan(augmenters, seeds=draws, people=QUICK_LABELLED if request.quick else LABELLED),
        fresh=request.fresh,
    )


def _acted_on_categories(home: Path) -> list[str]:
    schema = read_version_schema(home)
    return [feature.name for feature in schema.actionable if feature.kind is Kind.CATEGORY]


def _is_meant(key: str, slow: bool, keys: Collection[str], quick: bool) -> bool:
    return key in keys if keys else not (quick and slow)


def refuse_unknown(what: str, names: Collection[str], there_are: Iterable[str]) -> None:
    """Refuse names of what is not there.

    Raises:
        StudyError: it names them, and what there is.
    """
    if unknown := sorted(set(names) - set(there_are)):
        raise StudyError(f"{', '.join(unknown)}: no such {what}. There are {', '.join(there_are)}")


def refuse_missing(packages: Iterable[str | None]) -> None:
    """Refuse packages that are not installed.

    Raises:
        StudyError: it names them, and what installs them.
    """
    lacking = {package for package in packages if package and find_spec(PACKAGE_MODULES[package]) is None}
    if lacking:
        raise StudyError(
            f"{', '.join(sorted(lacking))}: not installed here. `make evaluate` makes an environment that "
            "has all the methods; --part methods --methods ours asks Turnpoint alone"
        )
