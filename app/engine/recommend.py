"""The engine's part of a request: repair, verify, rank, describe."""

import math
from dataclasses import replace

import numpy as np

from app.domain.counterfactual import (
    AlwaysSaid,
    Counterfactual,
    Diversity,
    Generator,
    Infeasibility,
    Optimality,
    Relaxed,
    Shortfall,
    Status,
)
from app.domain.ladder import has_room
from app.domain.recourse import GenerationStats, RecourseResult
from app.domain.schema import IntArray
from app.domain.tolerances import SAME
from app.engine.conditions import conditions_of
from app.engine.contributions import most_helpful, option_changes
from app.engine.describe import brought_along, changes_of
from app.engine.described import described
from app.engine.front import FrontSearch
from app.engine.improvements import ImprovementSearch
from app.engine.improvements_described import describe_improvements, frontier, no_improvement
from app.engine.preferences import Preferences
from app.engine.problem import RecourseProblem
from app.engine.references import ReferenceData
from app.engine.repair import repair
from app.engine.robustness import as_robustness
from app.engine.search import more_changes
from app.engine.search_result import SearchResult
from app.engine.selection import ScoredCandidates, Selection, select_options
from app.engine.strategies import themes_of
from app.tracing import Work, traced


def already_valid(
    problem: RecourseProblem, references: ReferenceData, preferences: Preferences, risk: float
) -> RecourseResult:
    """The answer for a patient whose risk is at or below the target as it is."""
    answer = RecourseResult(Status.ALREADY_BELOW_TARGET, risk, problem.target, always=said(problem))
    if not preferences.always:
        return answer
    found = ImprovementSearch(problem, references, preferences)
    return _with_improvements(answer, problem, references, preferences, found, problem.unchanged[:0])


@traced(Work.RECOMMEND)
def recommend(
    problem: RecourseProblem,
    references: ReferenceData,
    preferences: Preferences,
    risk: float,
    result: SearchResult,
    proposals: IntArray,
    generation: GenerationStats,
    fronts: FrontSearch | None = None,
) -> RecourseResult:
    """Turn what search and language model brought into verified options.

    Where only the language model was asked for but none of its proposals can be repaired to be under the
    target, the search's candidates take their place, and say so. Where no option holds, what lowers the risk
    all the same stands beside them.
    """
    fronts = fronts or FrontSearch(problem, references)
    repairs = repair(problem, proposals)
    generation = replace(generation, valid=repairs.valid, repaired=repairs.repaired)
    only_llm = preferences.generator is Generator.LLM and len(repairs.levels) > 0
    searched = result.levels[:0] if only_llm else result.levels
    selection = select_options(problem, references, preferences, repairs.levels, searched, result.proved)
    options = selection.options
    if len(options.levels) == 0:
        infeasible = _infeasible(problem, references, preferences, result, fronts)
        answer = RecourseResult(Status.INFEASIBLE, risk, problem.target, infeasible=infeasible)
    else:
        authors = [_author(levels, repairs.levels, searched) for levels in options.levels]
        answer = RecourseResult(
            Status.FOUND,
            risk,
            problem.target,
            _describe(problem, references, options, authors, preferences, result),
            shortfall=_shortfall(selection, preferences, result),
        )
    answer = replace(
        answer, generation=generation, most_helpful=most_helpful(problem, risk), always=said(problem)
    )
    lowest = problem.unchanged[:0] if result.lowest is None else result.lowest.levels[None]
    found = ImprovementSearch(
        problem, references, preferences, fronts, np.concatenate([options.levels, lowest])
    )
    return _with_improvements(answer, problem, references, preferences, found, proposals)


def _with_improvements(
    answer: RecourseResult,
    problem: RecourseProblem,
    references: ReferenceData,
    preferences: Preferences,
    found: ImprovementSearch,
    proposals: IntArray,
) -> RecourseResult:
    """The front for everybody; improvements where no option holds, or where they are asked for."""
    infeasible = answer.infeasible
    conditions = infeasible.conditions if infeasible else conditions_of(problem, preferences)
    answer = replace(answer, frontier=frontier(problem, found), conditions=conditions)
    something_holds = any(not option.fragile for option in answer.counterfactuals)
    if something_holds and not preferences.always:
        return answer
    improvements = found.improvements(proposals)
    if len(improvements.levels) == 0:
        if something_holds:  # that nothing helps would contradict it
            return answer
        return replace(answer, no_improvement=no_improvement(problem, found, preferences))
    authors = [_author(levels, proposals, proposals[:0]) for levels in improvements.levels]
    told = describe_improvements(problem, references, found, improvements, authors)
    return replace(answer, improvements=told)


def said(problem: RecourseProblem) -> tuple[AlwaysSaid, ...]:
    """What is said to this person whatever the options are."""
    told = []
    for feature in problem.schema.features:
        if feature.always is not None and has_room(problem.schema, problem.patient, feature):
            told.append(
                AlwaysSaid(feature=feature.name, text=feature.always.text, source=feature.always.source)
            )
    return tuple(told)


def _shortfall(selection: Selection, preferences: Preferences, result: SearchResult) -> Shortfall | None:
    """Why there are fewer options than were asked for; None where there are not."""
    if len(selection.options.levels) >= preferences.count:
        return None
    return Shortfall(variants=selection.left_out, proved=result.proved and math.isinf(result.bound))


def _infeasible(
    problem: RecourseProblem,
    references: ReferenceData,
    preferences: Preferences,
    result: SearchResult,
    fronts: FrontSearch,
) -> Infeasibility:
    lowest = result.lowest
    if lowest is None:
        raise ValueError("a search that found nothing says how far down the risk goes")
    return Infeasibility(
        lowest.risk,
        proved=lowest.proved,
        risk_bound=lowest.bound,
        reached_by=option_changes(problem, lowest.levels[None])[0],
        linked=changes_of(problem, lowest.levels)[1],
        brought_along=brought_along(problem, lowest.levels),
        conditions=conditions_of(problem, preferences),
        relaxed=tuple(
            Relaxed(
                max_changes=further.max_changes,
                lowest_reachable_risk=further.risk,
                proved=further.proved,
                reaches_target=further.risk <= problem.target,
            )
            for further in more_changes(problem, references, lowest, fronts.exact)
        ),
    )


def _optimality(
    problem: RecourseProblem,
    result: SearchResult,
    options: ScoredCandidates,
    index: int,
    preferences: Preferences,
) -> Optimality:
    """What the search's bound, and its options that are not shown, say of one option."""
    effort = float(options.effort[index])
    if (
        options.robustness[index] < result.share - SAME
        or options.plausibility_level[index] < result.plausibility_level
    ):
        return Optimality(proved=False, effort_bound=0.0)  # the search's bound is about better ones
    bound = result.bound
    if result.proved:
        shown = (result.levels[:, None] == options.levels[None]).all(axis=2).any(axis=1)
        rivals = result.levels[~shown]
        if preferences.diversity is Diversity.STRATEGIES:
            [own] = themes_of(problem, options.levels[index][None])
            rivals = rivals[np.array([other == own for other in themes_of(problem, rivals)], dtype=bool)]
        bound = min([bound, *problem.levers.effort(rivals).tolist()])
    proved = bound >= effort - SAME
    return Optimality(proved=proved, effort_bound=round(effort if proved else bound, 4))


def _author(levels: IntArray, by_llm: IntArray, by_search: IntArray) -> Generator:
    """Who proposed an option: whoever first changed exactly these features.

    Trimming may have lessened the changes since, so features are compared, not levels.
    """
    changed = levels > 0
    for author, proposed in ((Generator.LLM, by_llm), (Generator.SEARCH, by_search)):
        if len(proposed) and ((proposed > 0) == changed).all(axis=1).any():
            return author
    covering = len(by_llm) and ((by_llm >= levels).all(axis=1)).any()
    return Generator.LLM if covering else Generator.SEARCH


def _describe(
    problem: RecourseProblem,
    references: ReferenceData,
    options: ScoredCandidates,
    authors: list[Generator],
    preferences: Preferences,
    result: SearchResult,
) -> tuple[Counterfactual, ...]:
    told = described(problem, references, options.levels, options.risk, options.effort)
    shares = zip(options.refits, options.noise, options.adherence, strict=True)
    return tuple(
        Counterfactual(
            **one._asdict(),
            optimality=_optimality(problem, result, options, index, preferences),
            robustness=as_robustness(*map(float, own)),
            fragile=bool(options.robustness[index] < preferences.min_robustness - SAME),
            generator=authors[index],
        )
        for index, (one, own) in enumerate(zip(told, shares, strict=True))
    )
