"""One option of an answer, or one improvement: the estimate after it, its goals, and their plan."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.counterfactual import Generator, Robustness
from app.domain.wording import risk_text
from app.fhir.care_plan import Told, care_plan
from app.fhir.form import Entry, identity_of
from app.fhir.goal import goals_of
from app.fhir.risk_assessment import NO_PROMISE, Estimated, Part, risk_assessment
from app.fhir.supposed import supposed
from app.fhir.terms import OPTION_KIND, Json, coding, concept
from app.usecases.counterfactuals.option_schemas import CounterfactualOut, ImprovementOut

_OPTION = concept(
    coding(OPTION_KIND, "counterfactual", "Option"),
    text="Option: with it the estimate is at or below the target",
)
_IMPROVEMENT = concept(
    coding(OPTION_KIND, "improvement", "Improvement"),
    text="Improvement: with it the estimate is lower, and it is not said to reach the target",
)
_FRAGILE = "Fragile: it holds in fewer refits and draws than was asked for, and nothing that holds was found."


@dataclass(frozen=True, slots=True)
class OptionEntries:
    """What is told of one option."""

    after: Entry
    goals: list[Entry]
    plan: Entry
    generator: Generator

    @property
    def proposed(self) -> list[Entry]:
        """What somebody proposed; the estimate is the classifier's."""
        return [*self.goals, self.plan]

    def __iter__(self) -> Iterator[Entry]:
        yield from (self.after, *self.proposed)


def option_entries(option: CounterfactualOut, estimated: Estimated, before: Entry) -> OptionEntries:
    """An option, or an improvement, which is told as one."""
    occasion = estimated.occasion
    part = Part(
        identity_of(option.id, "risk-assessment"),
        supposed(occasion, option.changes, [*option.linked, *option.brought_along]),
        mitigation=option.summary,
        notes=(NO_PROMISE,),
    )
    after = risk_assessment(part, estimated, option.risk, before)
    goals = goals_of(option.id, occasion, option.changes, option.linked)
    told = Told(_title(option), option.summary, list(_notes(option)), [_kind(option)])
    plan = care_plan(
        option.id, occasion, told, goals, author=estimated.device.reference, supporting=[before, after]
    )
    return OptionEntries(after, goals, plan, option.generator)


def _title(option: CounterfactualOut) -> str:
    kind = "Improvement" if isinstance(option, ImprovementOut) else "Option"
    return f"{kind} {option.rank}" + (f": {option.strategy.name}" if option.strategy else "")


def _kind(option: CounterfactualOut) -> Json:
    return _IMPROVEMENT if isinstance(option, ImprovementOut) else _OPTION


def _notes(option: CounterfactualOut) -> Iterator[str]:
    yield f"The estimate with it: {risk_text(option.risk)}."
    if option.consequences:
        yield option.consequences
    if isinstance(option, ImprovementOut):
        yield f"The estimate falls in {_shares(option.robustness)}."
    else:
        yield f"It holds in {_shares(option.robustness)}."
    if option.fragile:
        yield _FRAGILE
    yield NO_PROMISE


def _shares(robustness: Robustness) -> str:
    refits, noise, adherence = (
        risk_text(share) for share in (robustness.refits, robustness.noise, robustness.adherence)
    )
    return (
        f"{refits} of refits of the model, {noise} of draws of measurement noise and {adherence} of draws of "
        f"partial adherence"
    )
