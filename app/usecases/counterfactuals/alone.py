"""What is worked out without a language model: plain functions, with no I/O but that of the classifier.

Who records answers and who records none, such as a notebook, work them out by the same functions.
"""

import time
from dataclasses import replace

from app.domain.ask_next import AskNext
from app.domain.certainty import RiskEstimate
from app.domain.counterfactual import Generator
from app.domain.degraded import Degraded
from app.domain.recourse import GenerationStats, RecourseResult
from app.engine.budget import Budget
from app.engine.front import FrontSearch
from app.engine.problem import RecourseProblem
from app.engine.recommend import already_valid, recommend
from app.engine.search import WORK, search
from app.proposers.base import Proposals
from app.usecases.counterfactuals.mapping import from_result
from app.usecases.counterfactuals.request import ValidatedRequest
from app.usecases.counterfactuals.schemas import CounterfactualsAnswer


def estimated(validated: ValidatedRequest) -> tuple[RiskEstimate, list[AskNext]]:
    """The risk as it is, how sure that is, and what would make it surer.

    Raises:
        ClassifierError: the classifier is away.
    """
    served, row = validated.served, validated.patient.factual
    risk = float(served.model.classifier.risk(row[None])[0])
    return served.estimate(row, risk), served.asking.next_for(validated.patient)


def found_alone(
    validated: ValidatedRequest, problem: RecourseProblem, risk: float, proposals: Proposals
) -> RecourseResult:
    """The answer of the search alone, for a person of this risk; `proposals` are none, and say why.

    Raises:
        ClassifierError: the classifier is away.
        AbandonedError: nobody waits for it any more.
    """
    references, wishes = validated.served.references, validated.wishes
    if risk <= problem.target:
        return already_valid(problem, references, wishes, risk)
    fronts = FrontSearch(problem, references)
    found = search(problem, references, wishes, WORK, fronts)
    stats = stats_of(proposals)
    return recommend(problem, references, wishes, risk, found, proposals.levels, stats, fronts)


def answer_alone(validated: ValidatedRequest, work: float, started: float) -> CounterfactualsAnswer:
    """The whole answer by the search alone, within a budget of so much work; nobody has recorded it.

    `started` is by `time.perf_counter`.

    Raises:
        InvalidInputError: no fall is as large as the one that is asked for.
        ClassifierError: the classifier is away.
    """
    estimate, ask_next = estimated(validated)
    problem = replace(validated.problem(estimate.risk), budget=Budget(work))
    result = found_alone(validated, problem, estimate.risk, unasked(validated, problem))
    elapsed_ms = round(1000 * (time.perf_counter() - started), 1)
    return from_result(validated, estimate, result, False, elapsed_ms, ask_next)


def unasked(
    validated: ValidatedRequest, problem: RecourseProblem, why: Degraded = Degraded.LLM_UNAVAILABLE
) -> Proposals:
    """No proposals, and why, where a language model was to propose."""
    nothing = Proposals(problem.unchanged[:0])
    if validated.preferences.generator is Generator.SEARCH or len(problem.levers) == 0:
        return nothing
    return replace(nothing, degraded=why)


def stats_of(proposals: Proposals) -> GenerationStats:
    """What became of the asking, as an answer tells it before anything was repaired."""
    usage = proposals.usage
    return GenerationStats(
        proposals=proposals.requested,
        well_formed=len(proposals.levels),
        llm_model=proposals.model,
        prompt_version=proposals.prompt_version,
        degraded=(proposals.degraded,) if proposals.degraded else (),
        prompt_tokens=usage.prompt_tokens if usage else None,
        completion_tokens=usage.completion_tokens if usage else None,
        llm_ms=usage.milliseconds if usage else None,
    )
