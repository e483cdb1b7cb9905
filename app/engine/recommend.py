"""The engine's part of a request: repair, verify, rank, describe."""

from dataclasses import replace

from app.domain.counterfactual import (
    Counterfactual,
    GenerationStats,
    Generator,
    Infeasibility,
    Optimality,
    RecourseResult,
    Relaxed,
    Status,
)
from app.domain.schema import IntArray
from app.domain.tolerances import SAME
from app.domain.wording import summary
from app.engine.describe import changes_of, conditions_of, features_of
from app.engine.plausibility import plausibility
from app.engine.preferences import Preferences
from app.engine.problem import RecourseProblem
from app.engine.references import ReferenceData
from app.engine.repair import repair
from app.engine.robustness import as_robustness
from app.engine.search_result import SearchResult
from app.engine.selection import ScoredCandidates, select_options


def already_valid(risk: float) -> RecourseResult:
    """The answer for a patient whose risk is at or below the target as it is."""
    return RecourseResult(Status.ALREADY_BELOW_TARGET, risk)


def recommend(
    problem: RecourseProblem,
    references: ReferenceData,
    preferences: Preferences,
    risk: float,
    result: SearchResult,
    proposals: IntArray,
    generation: GenerationStats,
) -> RecourseResult:
    """Turn what search and language model brought into verified options.

    Where only the language model was asked for but none of its proposals can be repaired to be under the
    target, the search's candidates take their place, and say so.
    """
    repairs = repair(problem, proposals)
    generation = replace(generation, valid=repairs.valid, repaired=repairs.repaired)
    only_llm = preferences.generator is Generator.LLM and len(repairs.levels) > 0
    searched = result.levels[:0] if only_llm else result.levels
    options = select_options(problem, references, preferences, repairs.levels, searched, result.proved)
    if len(options.levels) == 0:
        infeasible = _infeasible(problem, result)
        return RecourseResult(Status.INFEASIBLE, risk, infeasible=infeasible, generation=generation)
    authors = [_author(levels, repairs.levels, searched) for levels in options.levels]
    described = _describe(problem, references, options, authors, preferences.min_robustness, result)
    return RecourseResult(Status.FOUND, risk, described, generation=generation)


def _infeasible(problem: RecourseProblem, result: SearchResult) -> Infeasibility:
    lowest = result.lowest
    if lowest is None:
        raise ValueError("a search that found nothing says how far down the risk goes")
    changes, _ = changes_of(problem, lowest.levels)
    return Infeasibility(
        lowest.risk,
        proved=lowest.proved,
        risk_bound=lowest.bound,
        reached_by=changes,
        conditions=conditions_of(problem),
        relaxed=tuple(
            Relaxed(
                max_changes=further.max_changes,
                lowest_reachable_risk=further.risk,
                proved=further.proved,
                reaches_target=further.risk <= problem.target,
            )
            for further in result.relaxed
        ),
    )


def _optimality(
    problem: RecourseProblem, result: SearchResult, options: ScoredCandidates, index: int
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
        bound = min([bound, *problem.levers.effort(result.levels[~shown]).tolist()])
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
    min_robustness: float,
    result: SearchResult,
) -> tuple[Counterfactual, ...]:
    rows = problem.levers.rows(options.levels)
    looks = plausibility(
        problem.schema, references.population, references.density, problem.levers.factual, rows
    )
    described = []
    for index, levels in enumerate(options.levels):
        changes, linked = changes_of(problem, levels)
        holds = as_robustness(*(float(a[index]) for a in (options.refits, options.noise, options.adherence)))
        described.append(
            Counterfactual(
                changes=changes,
                linked=linked,
                features=features_of(problem, levels),
                risk=float(options.risk[index]),
                plausibility=looks[index],
                effort=round(float(options.effort[index]), 4),
                optimality=_optimality(problem, result, options, index),
                robustness=holds,
                fragile=bool(options.robustness[index] < min_robustness - SAME),
                generator=authors[index],
                summary=summary(problem.schema, changes, linked),
            )
        )
    return tuple(described)
