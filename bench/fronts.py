"""The exact front beside brute force: with effects, with treatment, and of a rare synthetic outcome."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.classifiers.model_version import ModelVersion
from app.classifiers.partitions import Side, people_of
from app.classifiers.store import load_version
from app.domain.scope import USUAL, Inclusion, Programme, Scope
from app.engine.front import FRONT_WORK, FrontSearch
from app.engine.problem import RecourseProblem, problem_about
from app.engine.references import ReferenceData, reference_data_of
from app.paths import MODEL_STORE
from research.evaluation.metrics.compared_fronts import ComparedFront, compare
from research.evaluation.metrics.estimates import Estimate, quantile
from research.evaluation.metrics.every_way import candidate_count
from research.evaluation.metrics.figures import Figures
from research.evaluation.reporting.tables import Column, TableSpec
from tests.asking import Person
from tests.rare import rare_model, synthetic_people

TARGETS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
MOST_CANDIDATES = 200_000
_WIDEST = Scope((Inclusion.TREATMENT,), Programme.INTENSIVE)
FRONTS = TableSpec(
    "The front beside every permitted candidate",
    f"Skipped: people with more than {MOST_CANDIDATES:,} candidates. Proved: the front claims to be all of "
    "it. Apart: the largest difference of the lowest risk within any effort, and how many people have one "
    f"above 1e-6. Misjudged: of the targets {', '.join(f'{one:g}' for one in TARGETS)} below a person's "
    "risk, those of whose least effort, or of whether they can be reached, the front says otherwise. CPU "
    "milliseconds for one person: the front, and the look at every candidate.",
    (
        Column("people", "people"),
        Column("skipped", "skipped"),
        Column("candidates", "candidates, median"),
        Column("most", "most"),
        Column("points", "points, median"),
        Column("all_points", "points, all"),
        Column("proved", "proved"),
        Column("apart", "apart", 9),
        Column("differ", "people who differ"),
        Column("targets", "targets asked"),
        Column("misjudged", "misjudged"),
        Column("cpu", "CPU ms, median", 1),
        Column("cpu_p95", "p95", 1),
        Column("brute", "brute force, median", 1),
    ),
    first="model",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A model, what may be changed, and people to ask about."""

    name: str
    model: ModelVersion
    people: Sequence[Person]
    scope: Scope = USUAL


@dataclass(frozen=True, slots=True)
class TimedFront:
    """One person's comparison, the targets asked, and CPU milliseconds of either way."""

    compared: ComparedFront
    targets: int
    cpu_ms: float
    brute_ms: float


def fronts(people: int) -> dict[str, Figures]:
    """Figures of each model; so many people of the first, and at most so many of the others."""
    return {asked.name: front_figures(*_compared(asked)) for asked in _asked(people)}


def _asked(people: int) -> list[Asked]:
    first, heart = (load_version(MODEL_STORE, name) for name in ("dysglycaemia", "heart-disease"))
    rare = rare_model()
    return [
        Asked(first.reference, first, _spread(first, people)),
        Asked(f"{first.reference}, intensive, treatment", first, _spread(first, people), _WIDEST),
        Asked(f"{heart.reference}, treatment", heart, _spread(heart, people), Scope((Inclusion.TREATMENT,))),
        Asked(rare.reference, rare, _risky(rare, synthetic_people(600, seed=5))[:people]),
    ]


def _spread(model: ModelVersion, people: int) -> list[Person]:
    """The first held-out people, at high risk or not, whose risk lies above the lowest target."""
    return _risky(model, [one.features for one in people_of(model, Side.HELD_OUT)])[:people]


def _risky(model: ModelVersion, people: Sequence[Person]) -> list[Person]:
    risk = model.classifier.risk(np.stack([model.schema.encode(one) for one in people]))
    return [person for person, own in zip(people, risk, strict=True) if own > TARGETS[0]]


def _compared(asked: Asked) -> tuple[list[TimedFront], int]:
    references, found, skipped = reference_data_of(asked.model), [], 0
    _timed(problem_about(asked.model, asked.people[0], scope=asked.scope), references)  # compiles
    for person in asked.people:
        problem = problem_about(asked.model, person, scope=asked.scope)
        if candidate_count(problem) > MOST_CANDIDATES:
            skipped += 1
            continue
        found.append(_timed(problem, references))
    return found, skipped


def _timed(problem: RecourseProblem, references: ReferenceData) -> TimedFront:
    started = time.process_time()
    front = FrontSearch(problem, references, FRONT_WORK).whole
    found = time.process_time()
    now = float(problem.risk(problem.unchanged)[0])
    below = [target for target in TARGETS if target < now]
    compared = compare(problem, front, below)
    done = time.process_time()
    return TimedFront(compared, len(below), 1000 * (found - started), 1000 * (done - found))


def front_figures(found: Sequence[TimedFront], skipped: int) -> Figures:
    """Of all people compared on one model."""
    compared = [one.compared for one in found]
    return {
        "people": Estimate(len(found)),
        "skipped": Estimate(skipped),
        "candidates": quantile([one.candidates for one in compared]),
        "most": Estimate(max((one.candidates for one in compared), default=0)),
        "points": quantile([one.points for one in compared]),
        "all_points": Estimate(sum(one.points for one in compared)),
        "proved": Estimate(sum(one.proved for one in compared)),
        "apart": Estimate(max((one.apart for one in compared), default=0.0)),
        "differ": Estimate(sum(one.differs for one in compared)),
        "targets": Estimate(sum(one.targets for one in found)),
        "misjudged": Estimate(sum(one.misjudged for one in compared)),
        "cpu": quantile([one.cpu_ms for one in found]),
        "cpu_p95": quantile([one.cpu_ms for one in found], 0.95),
        "brute": quantile([one.brute_ms for one in found]),
    }
