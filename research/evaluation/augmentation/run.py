"""All trials of one model: every augmenter on the same draws of people; what was tried is not tried again."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from app.paths import ROOT
from research.evaluation.asking.language import Language, Report
from research.evaluation.asking.lines import append_line, read_lines
from research.evaluation.asking.worker import Broken, Done, Worker
from research.evaluation.augmentation.augmenters import AUGMENTERS, Augmenter
from research.evaluation.augmentation.cohort import LABELLED, Scarcity
from research.evaluation.augmentation.trial import Maker, Task, Trial, prepare, trial_of
from research.evaluation.scene.people import Place, Scene, load_scene
from research.evaluation.scene.rules import Setting

SEEDS, QUICK_SEEDS, QUICK_LABELLED = 10, 2, 200
_LIMIT_S = 3600.0
_CODE = ("classifiers", "domain", "engine", "evaluation/methods", "evaluation/scene")
_LANGUAGE = "proposers"
_OWN = ("cohort", "rows", "smote", "trial", "worlds")


@dataclass(frozen=True, slots=True)
class Trials:
    """What is tried, on how many draws of how many people."""

    augmenters: Sequence[Augmenter] = AUGMENTERS
    seeds: int = SEEDS
    people: int = LABELLED


def try_all(
    name: str, trials: Trials, home: Path, language: Language, report: Report, fresh: bool = False
) -> list[Trial]:
    """Every trial of one model, first those without anything made.

    Raises:
        ModelFolderError: there is no such model.
        EmbeddedError: the language model's server cannot start.
    """
    scene = load_scene(Place(name, Setting.FREE, 1))
    found: list[Trial] = []
    for augmenter in (None, *trials.augmenters):
        with language.served(scene.model, augmenter.style if augmenter else None, report) as served:
            if augmenter and augmenter.style and served is None:
                continue
            shelf = (
                home
                / f"{augmenter.key if augmenter else 'nothing'}-{edition(scene, trials, augmenter)}.jsonl"
            )
            if fresh:
                shelf.unlink(missing_ok=True)
            make = prepare(name, trials.people, augmenter, served)
            found += _tried(make, _tasks(trials, augmenter), shelf, _telling(report, name, augmenter))
    return found


def edition(scene: Scene, trials: Trials, augmenter: Augmenter | None) -> str:
    """Stands for all that a trial depends on; trials of another edition are left alone."""
    rooms = _CODE if augmenter is None or augmenter.style is None else (*_CODE, _LANGUAGE)
    code = sorted(path for room in rooms for path in (ROOT / "app" / room).rglob("*.py"))
    code += [Path(__file__).with_name(f"{name}.py") for name in _OWN]
    digest = hashlib.sha256(b"\0".join(path.read_bytes() for path in code)).hexdigest()
    packages = [f"{name} {version(name)}" for name in _packages(augmenter)]
    parts = [scene.model_digest, str(trials.people), repr(augmenter), digest, *packages]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def _packages(augmenter: Augmenter | None) -> list[str]:
    return [augmenter.package] if augmenter and augmenter.package else []


def _tasks(trials: Trials, augmenter: Augmenter | None) -> list[Task]:
    scarcities = tuple(Scarcity) if augmenter is None else augmenter.scarcities
    return [(scarcity, seed) for seed in range(trials.seeds) for scarcity in scarcities]


def _tried(make: Maker, tasks: Sequence[Task], shelf: Path, tell: Callable[[int, int], None]) -> list[Trial]:
    kept = {(entry["scarcity"], entry["seed"]): entry["trials"] for entry in read_lines(shelf)}
    missing = [task for task in tasks if task not in kept]
    with Worker(make, _LIMIT_S) as worker:
        for done, task in enumerate(missing):
            tell(done, len(missing))
            came = worker.ask(task)
            trials = came.result if isinstance(came, Done) else []
            detail = came.detail if isinstance(came, Broken) else ""
            entry = {"scarcity": task[0], "seed": task[1], "trials": trials, "detail": detail}
            append_line(shelf, entry)
            kept[task] = entry["trials"]
    return [trial_of(told) for task in tasks for told in kept[task]]


def _telling(report: Report, name: str, augmenter: Augmenter | None) -> Callable[[int, int], None]:
    what = augmenter.name if augmenter else "nothing made"
    return lambda done, of: report(f"{name}, scarce labels, {what}: {done} of {of} draws", done / of)
