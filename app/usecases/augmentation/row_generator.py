"""Rows of a wanted class out of people of the other one: searched, repaired, verified in one batch."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from app.classifiers.complement import complement_model
from app.classifiers.model_version import ModelVersion
from app.domain.complement import complement_of
from app.domain.constraints import read_constraints
from app.domain.counterfactual import Diversity, Generator
from app.domain.levers import levers_of
from app.domain.patient import read_patient
from app.domain.reversed_actions import reversed_actions
from app.domain.schema import FloatArray, IntArray, Value
from app.domain.tolerances import SAME_RISK
from app.engine.describe import features_of
from app.engine.front import FrontSearch
from app.engine.improvements import ImprovementSearch
from app.engine.plausibility import ReferencePopulation, reference_population_of
from app.engine.preferences import Preferences
from app.engine.problem import RecourseProblem
from app.engine.registry import ServedModel, served_model
from app.engine.repair import repair
from app.engine.search import search
from app.engine.search_result import SearchResult
from app.engine.selection import select_options
from app.usecases.augmentation.label import Label

WORK = 20_000
"""How much the search may look at for one row, which need not be proved to be of least effort; likewise for
a front, which is proved with far less for nearly everybody."""
_DECIMALS = 6

Candidates = Sequence[tuple[IntArray, Generator]]
"""What is to become rows of one source row, each with who proposed it."""


class RejectionReason(StrEnum):
    """Why nothing was made of a source row."""

    INVALID = "invalid"
    ALREADY = "already_of_the_class"
    OUT_OF_REACH = "out_of_reach"
    NO_PROPOSAL = "llm_no_proposal"


@dataclass(frozen=True, slots=True)
class SyntheticRow:
    """One verified row; distances as in `engine.plausibility`.

    `reached`: whether the classifier puts it in the wanted class. `reduction`: the source row's risk less its
    own. `neighbour_distance` is to the five nearest real people of the wanted class (mean), `nearest_real` to
    the one nearest real person of either class: zero for a copy in all
    numbers and yes/no features that both know.
    """

    features: Mapping[str, Value]
    risk: float
    reached: bool
    reduction: float
    neighbour_distance: float
    nearest_real: float
    generator: Generator


@dataclass(frozen=True)
class RowGenerator:
    """A model asked for rows of one class.

    Rows of the low class are people at high risk changed as a patient could change. For rows of the high
    class the same features go the other way (`reversed_actions`) until the risk is above the threshold.
    `asked` is the model as the engine sees it: its risk is the complement where high risk is wanted.
    """

    served: ServedModel
    base: ServedModel
    label: Label
    everybody: ReferencePopulation
    """All real people, of either class."""

    def problem(self, features: Mapping[str, Value]) -> RecourseProblem:
        """What would bring this person to the wanted class?"""
        model = self.base.model
        patient = read_patient(model.schema, features)
        levers = levers_of(model.schema, patient, read_constraints(model.schema, None, None, None))
        return RecourseProblem(model.schema, patient, levers, model.classifier, model.schema.model.threshold)

    def reached(self, problems: Sequence[RecourseProblem]) -> list[bool]:
        """Whose unchanged values are of the wanted class already; one batch call."""
        rows = np.stack([problem.patient.factual for problem in problems])
        risk = self.base.model.classifier.risk(rows)
        return (risk <= self.base.model.schema.model.threshold).tolist()

    def search(
        self, problems: Sequence[RecourseProblem], preferences: Preferences, pool: Executor
    ) -> list[SearchResult]:
        """What the search finds for each; the compiled search runs beside itself in threads."""
        return list(pool.map(lambda one: search(one, self.base.references, preferences, WORK), problems))

    def pick(
        self,
        problem: RecourseProblem,
        preferences: Preferences,
        search_result: SearchResult,
        proposals: IntArray,
    ) -> Candidates:
        """Up to `preferences.count` candidates, different in what they change, each with who proposed it."""
        repaired = repair(problem, proposals)
        only_llm = preferences.generator is Generator.LLM
        if (
            preferences.min_robustness == 0
            and not len(repaired.levels)
            and search_result.proved
            and not only_llm
        ):
            return [(levels, Generator.SEARCH) for levels in search_result.levels[: preferences.count]]
        searched = search_result.levels[:0] if only_llm else search_result.levels
        options = select_options(
            problem,
            self.base.references,
            preferences,
            repaired.levels,
            searched,
            search_result.proved and not only_llm,
        ).options
        if only_llm:
            return [(levels, Generator.LLM) for levels in options.levels]
        return [(levels, _author(levels, repaired.levels)) for levels in options.levels]

    def improve(
        self,
        asked: Sequence[tuple[RecourseProblem, IntArray]],
        preferences: Preferences,
        pool: Executor,
    ) -> list[Candidates]:
        """What lowers the risk of each the most where the wanted class, the low one, is out of reach.

        Beside each problem stand the language model's proposals.
        """
        wishes = replace(preferences, diversity=Diversity.STRATEGIES)  # proposals count, and rows differ
        return list(pool.map(lambda one: self._improve(one[0], one[1], wishes), asked))

    def _improve(self, problem: RecourseProblem, proposals: IntArray, preferences: Preferences) -> Candidates:
        fronts = FrontSearch(problem, self.base.references, WORK)
        found = ImprovementSearch(problem, self.base.references, preferences, fronts).improvements(proposals)
        return [(levels, _author(levels, proposals)) for levels in found.levels]

    def verified(self, chosen: Sequence[tuple[RecourseProblem, Candidates]]) -> list[list[SyntheticRow]]:
        """The rows that the hosted classifier puts in the wanted class, one batch call for all of them."""
        return [[row for row in rows if row.reached] for rows in self._scored(chosen)]

    def verified_improvements(
        self, chosen: Sequence[tuple[RecourseProblem, Candidates]]
    ) -> list[list[SyntheticRow]]:
        """The rows that the hosted classifier puts lower by what counts as help, one batch call for all.

        Should it put some of them in the wanted class after all, those alone: no source row has rows of both
        kinds.
        """
        return [
            [row for row in rows if row.reached]
            or [
                row
                for row in rows
                if row.reduction >= self.base.model.schema.model.least_reduction - SAME_RISK
            ]
            for rows in self._scored(chosen)
        ]

    def _scored(self, chosen: Sequence[tuple[RecourseProblem, Candidates]]) -> list[list[SyntheticRow]]:
        each = [(problem, levels, by) for problem, options in chosen for levels, by in options]
        if not each:
            return [[] for _ in chosen]
        rows = np.concatenate([problem.levers.rows(levels[None]) for problem, levels, _ in each])
        starts = np.stack([problem.levers.factual for problem, _, _ in each])
        start, base = np.split(self.base.model.classifier.risk(np.concatenate([starts, rows])), 2)
        reached = base <= self.base.model.schema.model.threshold
        near = self.base.references.population.distances(rows)
        nearest = _nearest(self.everybody, rows)
        is_complement = self.label is Label.HIGH
        risk, reduction = (1.0 - base, base - start) if is_complement else (base, start - base)
        synthetic = iter(
            SyntheticRow(
                features=dict(features_of(problem, levels)),
                risk=float(risk[place]),
                reached=bool(reached[place]),
                reduction=round(float(reduction[place]), _DECIMALS),
                neighbour_distance=float(near[place]),
                nearest_real=float(nearest[place]),
                generator=by,
            )
            for place, (problem, levels, by) in enumerate(each)
        )
        return [[next(synthetic) for _ in options] for _, options in chosen]


def row_generator_for(served: ServedModel, label: Label) -> RowGenerator:
    """Takes some tenths of a second; made once for a model and a class."""
    everybody = reference_population_of(served.model.schema, served.model.population.rows)
    if label is Label.LOW:
        return RowGenerator(served, served, label, everybody)
    model = _for_high_class(served.model)
    return RowGenerator(served, served_model(model), label, everybody)


def _for_high_class(model: ModelVersion) -> ModelVersion:
    return replace(complement_model(model), schema=complement_of(reversed_actions(model.schema)))


def _author(levels: IntArray, by_llm: IntArray) -> Generator:
    """The language model, if it proposed changing exactly these features."""
    same = ((by_llm > 0) == (levels > 0)).all(axis=1).any() if len(by_llm) else False
    return Generator.LLM if same else Generator.SEARCH


def _nearest(everybody: ReferencePopulation, rows: FloatArray) -> FloatArray:
    """Distance of each row to the nearest real person, by the reference population's measure; shape (n,)."""
    scaled = rows[:, everybody.columns] * everybody.weight
    return np.array([_to_nearest(everybody.people, one) for one in scaled])


def _to_nearest(people: FloatArray, one: FloatArray) -> float:
    apart = people - one
    known = ~np.isnan(apart)
    squared = np.where(known, apart, 0.0) ** 2
    return float(np.sqrt((squared.sum(axis=1) / np.maximum(known.sum(axis=1), 1)).min()))
