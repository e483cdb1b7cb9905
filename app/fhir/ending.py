"""How a question ended, in sentences."""

from collections.abc import Iterator

from app.domain.counterfactual import Status
from app.domain.wording import line_text, risk_text
from app.usecases.counterfactuals.option_schemas import InfeasibleOut
from app.usecases.counterfactuals.schemas import CounterfactualsAnswer


def ending_of(answer: CounterfactualsAnswer) -> Iterator[str]:
    """First how it ended, then what belongs to that."""
    target = line_text(answer.prediction.target)
    if answer.status is Status.FOUND:
        count = len(answer.counterfactuals)
        yield f"{_counted(count)} to consider, each with an estimate of {target} or less."
    elif answer.status is Status.OUTCOME_MEASURED:
        yield f"The estimate is at or below the target of {target}, but the outcome was measured."
    elif answer.status is Status.ALREADY_BELOW_TARGET:
        yield f"The estimate is at or below the target of {target} as it is. That rules nothing out."
    elif answer.infeasible is not None:
        yield unreached(answer.infeasible, target)
    if answer.improvements:
        yield "Improvements lower the estimate, and are not said to reach the target."
    if answer.no_improvement is not None:
        yield answer.no_improvement.text
    yield from (one.text for one in answer.always)
    if answer.generation.degraded:
        yield f"Away while the answer was made: {', '.join(answer.generation.degraded)}."


def unreached(infeasible: InfeasibleOut, target: str) -> str:
    """That the target is out of reach, and whether that is proved."""
    lowest = risk_text(infeasible.lowest_reachable_risk)
    known = (
        "It is proved that nothing permitted goes lower" if infeasible.proved else "Nothing lower was found"
    )
    return f"No permitted change reaches the target of {target}. The lowest estimate is {lowest}. {known}."


def _counted(count: int) -> str:
    return "One option" if count == 1 else f"{count} options"
