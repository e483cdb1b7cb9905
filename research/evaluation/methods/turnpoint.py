"""Turnpoint's own engine, asked the same questions in process."""

from dataclasses import replace

from app.domain.constraints import read_constraints
from app.domain.counterfactual import Diversity, Generator
from app.domain.levers import levers_of
from app.domain.patient import read_patient
from app.domain.recourse import GenerationStats
from app.domain.schema import IntArray
from app.engine.beam import beam_search
from app.engine.front import FrontSearch
from app.engine.preferences import Preferences
from app.engine.problem import RecourseProblem
from app.engine.recommend import recommend
from app.engine.references import ReferenceData, reference_data_of
from app.engine.search import WORK, search
from app.engine.search_result import SearchResult
from app.engine.selection import ScoredCandidates, select_options
from research.evaluation.benchmark_setup.people import BenchmarkPerson, BenchmarkSetup, easy_training_person
from research.evaluation.benchmark_setup.setting import SettingKind
from research.evaluation.methods.reply import Ending, MethodReply
from research.unconstrained.actions import UnconstrainedActions, unconstrained_actions

ENGINE_VERSION = 2
"""Of the answers of `app.engine` and of what it rests on: raised when one changes, so that kept results are
made anew. A test pins some answers, since whoever changes the engine has no reason to look here."""


class ProblemBuilder:
    """Turns a person of the study into a question to the engine."""

    def __init__(self, setup: BenchmarkSetup, categories: bool = True) -> None:
        self.model = setup.model
        self.references: ReferenceData = reference_data_of(setup.model)
        self._unconstrained: UnconstrainedActions | None = None
        if setup.setting.kind is SettingKind.FREE:
            self._unconstrained = unconstrained_actions(setup.schema, setup.sd)
        self._categories = categories

    def problem(self, person: BenchmarkPerson) -> RecourseProblem:
        schema, classifier = self.model.schema, self.model.classifier
        patient = read_patient(schema, person.values)
        if self._unconstrained is not None:
            levers = self._unconstrained.levers(patient, classifier, self._categories)
        else:
            levers = levers_of(schema, patient, read_constraints(schema, person.only, None, None))
        return RecourseProblem(
            schema=schema,
            patient=patient,
            levers=levers,
            classifier=classifier,
            target=schema.model.threshold if person.target is None else person.target,
        )

    def options(
        self, problem: RecourseProblem, preferences: Preferences, proposed: IntArray, result: SearchResult
    ) -> ScoredCandidates:
        """The options to show of repaired proposals and what the search found, as the gateway picks them."""
        return select_options(
            problem, self.references, preferences, proposed, result.levels, result.proved
        ).options


class TurnpointMethod:
    """One request's engine work: reading, levers, search, judging, ranking.

    Args:
        min_robustness: the share of refits, noise and adherence draws to hold in; the schema's if not given,
            0 for least effort alone.
        count: how many options.
        batches: whether to search by asking the classifier in batches, as where its trees cannot be seen.
        work: how much the exact search may look at.
        bare: whether to stop at the first good answer, as peers do that return a row of features.
    """

    def __init__(
        self,
        setup: BenchmarkSetup,
        min_robustness: float | None = None,
        count: int = 1,
        batches: bool = False,
        work: float = WORK,
        bare: bool = False,
    ) -> None:
        self._builder = ProblemBuilder(setup)
        demanded = setup.schema.model.min_robustness if min_robustness is None else min_robustness
        self._preferences = Preferences(
            count=count, min_robustness=0.0 if bare else demanded, generator=Generator.SEARCH
        )
        self._batches, self._work, self._bare = batches, work, bare

    def __call__(self, person: BenchmarkPerson) -> MethodReply:
        problem, preferences = self._builder.problem(person), self._preferences
        result = (
            beam_search(problem)
            if self._batches
            else search(problem, self._builder.references, preferences, self._work)
        )
        if len(result.levels) == 0:
            return MethodReply(Ending.NONE, proved=result.proved)
        if self._bare:
            row = problem.levers.rows(result.levels[:1])[0]
            return MethodReply(Ending.FOUND, (tuple(row.tolist()),), proved=result.proved)
        options = self._builder.options(problem, preferences, problem.unchanged[:0], result)
        return reply(problem, preferences, options, result.proved)


class WholeAnswer:
    """All of one answer in process: search, options, and what is told of each.

    Args:
        diversity: how options are chosen, as callers say it.
        count: how many options, and how many improvements.
        improvements: whether what helps short of the target stands among the rows, after the options.
    """

    def __init__(
        self, setup: BenchmarkSetup, diversity: str, count: int = 4, improvements: bool = False
    ) -> None:
        self._improvements = improvements
        self._builder = ProblemBuilder(setup)
        self._preferences = Preferences(
            count, setup.schema.model.min_robustness, Generator.SEARCH, Diversity(diversity)
        )
        if improvements:  # whoever reaches the target, as the warm-up of every method does, gets none
            self._reply(easy_training_person(setup), replace(self._preferences, always=True))

    def __call__(self, person: BenchmarkPerson) -> MethodReply:
        return self._reply(person, self._preferences)

    def _reply(self, person: BenchmarkPerson, preferences: Preferences) -> MethodReply:
        problem, references = self._builder.problem(person), self._builder.references
        risk = float(problem.risk(problem.unchanged)[0])
        fronts, nothing = FrontSearch(problem, references), problem.unchanged[:0]
        result = search(problem, references, preferences, WORK, fronts)
        answer = recommend(problem, references, preferences, risk, result, nothing, GenerationStats(), fronts)
        options = answer.counterfactuals + (answer.improvements if self._improvements else ())
        return MethodReply(
            Ending.FOUND if options else Ending.NONE,
            tuple(tuple(problem.schema.encode(option.features).tolist()) for option in options),
            proved=result.proved,
            robust=any(not option.fragile for option in answer.counterfactuals),
            asked=tuple(tuple(change.feature for change in option.changes) for option in options),
        )


def reply(
    problem: RecourseProblem, preferences: Preferences, options: ScoredCandidates, proved: bool
) -> MethodReply:
    """Options as the classifier's rows, best first."""
    if len(options.levels) == 0:
        return MethodReply(Ending.NONE, proved=proved)
    rows = problem.levers.rows(options.levels).tolist()
    robust = bool(options.is_robust(problem.target, preferences.min_robustness)[0])
    return MethodReply(Ending.FOUND, tuple(map(tuple, rows)), proved=proved, robust=robust)
