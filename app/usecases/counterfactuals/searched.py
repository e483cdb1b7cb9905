"""The steps of an answer that another process can do: what they need is handed in, and returned."""

from dataclasses import dataclass, replace

from app.domain.degraded import Degraded
from app.domain.recourse import RecourseResult
from app.engine.budget import Budget
from app.engine.front import FrontSearch
from app.engine.preferences import Preferences
from app.engine.problem import RecourseProblem
from app.engine.recommend import recommend
from app.engine.references import ReferenceData
from app.engine.search import WORK, search
from app.engine.search_result import SearchResult
from app.proposers.base import Proposals
from app.usecases.counterfactuals.alone import found_alone, stats_of, unasked
from app.usecases.counterfactuals.request import ValidatedRequest


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the patient's risk as things are, and what may be spent on it."""

    validated: ValidatedRequest
    risk: float
    budget: Budget
    until: float
    """When the budget ends, of which nothing is seen once that is over."""

    @property
    def problem(self) -> RecourseProblem:
        """The engine's form of it, made anew each time.

        Raises:
            InvalidInputError: no fall is as large as the one that is asked for.
            ClassifierError: the classifier is away.
        """
        return replace(self.validated.problem(self.risk), budget=self.budget)

    @property
    def references(self) -> ReferenceData:
        return self.validated.served.references

    @property
    def wishes(self) -> Preferences:
        return self.validated.wishes

    @property
    def bare(self) -> "Asked":
        """Without what no result rests on: what it departed from, where its values come from."""
        return replace(self, validated=replace(self.validated, base=None, record=None, days=()))


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, and its fronts: with them goes the problem, and what it has spent."""

    result: SearchResult
    fronts: FrontSearch


def answered_alone(asked: Asked, why: Degraded) -> RecourseResult:
    """The answer of the search alone; `why` nobody proposes.

    Raises:
        InvalidInputError: no fall is as large as the one that is asked for.
        ClassifierError: the classifier is away.
        AbandonedError: nobody waits for it any more.
    """
    problem = asked.problem
    result = found_alone(asked.validated, problem, asked.risk, unasked(asked.validated, problem, why))
    return _hurried(asked, problem.budget, result)


def searched(asked: Asked) -> Found:
    """What the search finds, while others are asked for proposals.

    About a problem of its own: what those others look at meanwhile grows under their hands.

    Raises:
        ClassifierError: the classifier is away.
        AbandonedError: nobody waits for it any more.
    """
    problem = asked.problem
    fronts = FrontSearch(problem, asked.references)
    return Found(search(problem, asked.references, asked.wishes, WORK, fronts), fronts)


def recommended(asked: Asked, found: Found, proposals: Proposals) -> RecourseResult:
    """The answer of what a search found and others proposed.

    Raises:
        ClassifierError: the classifier is away.
        AbandonedError: nobody waits for it any more.
    """
    fronts, stats = found.fronts, stats_of(proposals)
    problem, references, wishes = fronts.problem, asked.references, asked.wishes
    told = recommend(problem, references, wishes, asked.risk, found.result, proposals.levels, stats, fronts)
    return _hurried(asked, problem.budget, told)


def _hurried(asked: Asked, budget: Budget, result: RecourseResult) -> RecourseResult:
    """The result, with a word about its being cut short where it was."""
    stats = result.generation
    if asked.until == budget.until or Degraded.DEADLINE in stats.degraded:
        return result
    return replace(result, generation=replace(stats, degraded=(*stats.degraded, Degraded.DEADLINE)))
