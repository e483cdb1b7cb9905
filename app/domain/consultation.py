"""What a consultation says beside an estimate: the result that would tell, the next step, by which guideline.

All of it is a clinical team's to decide, as steps and limits are: docs/consultation.md.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from string import Formatter
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    HttpUrl,
    StringConstraints,
    field_validator,
    model_validator,
)

from app.domain.calendar import months_later
from app.domain.certainty import Certainty
from app.domain.schema import Value

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Months = Annotated[int, Field(strict=True, ge=1, le=120)]
When = Literal["now", "later"]
"""Whether an outcome is there already when a patient is asked about, or comes, if at all, within a time."""
State = Literal["above", "unclear", "below"]
"""The three that an estimate is in, by the names that the page gives them."""
STATES: Mapping[Certainty, State] = {
    Certainty.CLEAR_HIGH: "above",
    Certainty.UNCLEAR: "unclear",
    Certainty.CLEAR_LOW: "below",
}


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Estimate(_Part):
    """What is estimated, worded as what it is; `caution` is what a lower estimate would not mean."""

    says: Text
    caution: Text | None = None


class Unit(_Part):
    """Another unit of the measured outcome: `value * factor + offset` is in the outcome's own."""

    unit: Text
    factor: float = Field(gt=0)
    offset: float = 0.0


class Finding(_Part):
    """What a result below a value says, the first that it is below; the last has no `below`."""

    below: float | None = None
    says: Text
    next: Text
    recheck_months: Months


class MeasuredOutcome(_Part):
    """The result that says whether the outcome is there. Without a unit it is told as present or absent."""

    label: Text
    overrules: bool = True
    """Whether a result counts in place of the estimate; else none is taken."""
    unit: Text | None = None
    precision: float = Field(0.1, gt=0)
    range: tuple[float, float] | None = None
    outcome_from: float | None = None
    also_in: tuple[Unit, ...] = ()
    finding: tuple[Finding, ...]
    guidelines: tuple[Code, ...] = ()

    def has_outcome(self, value: float) -> bool:
        """Whether a value, in the outcome's unit, is at or above where the outcome begins."""
        assert self.outcome_from is not None
        return value >= self.outcome_from

    def finding_of(self, value: float | None, has_outcome: bool) -> Finding:
        """What a result says: by its value; without one, the first of two is of the absent outcome."""
        if value is None:
            return self.finding[-1] if has_outcome else self.finding[0]
        return next(one for one in self.finding if one.below is None or value < one.below)

    def counts_on(self, day: date, measured_on: date, value: float | None, has_outcome: bool) -> bool:
        """Whether a result counts in place of the estimate; without the outcome, until a new one is due."""
        if not self.overrules:
            return False
        finding = self.finding_of(value, has_outcome)
        return has_outcome or months_later(measured_on, finding.recheck_months) >= day


class Bounds(_Part):
    """From one value to another, both included; either may be left out."""

    low: float | None = Field(None, alias="from")
    high: float | None = Field(None, alias="to")

    def hold(self, value: Value) -> bool | None:
        """Whether a value is within; None where it is not known, or no number."""
        if value is None or isinstance(value, str):
            return None
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


class Guideline(_Part):
    """A published document, who it is about, and when its address was looked at."""

    code: Code
    title: Text
    year: int = Field(strict=True, ge=1990, le=2100)
    url: HttpUrl
    checked: date
    says: Text
    who: Text | None = None
    ranges: Mapping[str, Bounds] = Field(default_factory=dict)
    """By feature; a patient with a value outside is not among those it is about."""

    def names(self, values: Mapping[str, Value]) -> bool | None:
        """Whether the patient is among those it is about; None where that is not known."""
        if not self.ranges:
            return None
        found = [bounds.hold(values.get(name)) for name, bounds in self.ranges.items()]
        return False if False in found else None if None in found else True


class NextStep(_Part):
    """What to do next while no result is known, in which states of the estimate."""

    when: tuple[State, ...]
    says: Text
    recheck_months: Months
    guidelines: tuple[Code, ...] = ()


class Said(_Part):
    """How a clinician would say one change: "Lose about {size} {unit} in {horizon}".

    `size` is how much it changes, without a sign; `unit` its unit; `horizon` the model's. `at_limit` is said
    instead where the change goes as far as it may, such as "Stop smoking".
    """

    feature: str
    says: Text
    at_limit: Text | None = None

    @field_validator("says", "at_limit")
    @classmethod
    def _has_known_places(cls, text: str | None) -> str | None:
        places = {name for _, name, _, _ in Formatter().parse(text or "") if name is not None}
        if unknown := places - {"size", "unit", "horizon"}:
            raise ValueError(
                f"has no place called {', '.join(sorted(unknown))}: size, unit and horizon are known"
            )
        return text


class Preference(_Part):
    """What a patient can or will not do: features or themes stay as they are, or nothing is offered."""

    code: Code
    label: Text
    keeps: tuple[Text, ...] = ()
    refuses: Text | None = None

    @model_validator(mode="after")
    def _does_one_thing(self) -> Self:
        if bool(self.keeps) == (self.refuses is not None):
            raise ValueError("either keeps something or refuses, with its reason")
        return self


class Consultation(_Part):
    """All of it; a model that comes without any has a general one."""

    estimate: Estimate
    measured: MeasuredOutcome
    next_step: tuple[NextStep, ...]
    guideline: tuple[Guideline, ...] = ()
    said: tuple[Said, ...] = ()
    preference: tuple[Preference, ...] = ()

    def said_of(self, feature: str) -> Said | None:
        """How a change of a feature is said; None where the model leaves it to general words."""
        return next((one for one in self.said if one.feature == feature), None)

    def next_for(self, state: State) -> NextStep:
        """The step of a state: every one has one."""
        return next(step for step in self.next_step if state in step.when)

    def guidelines(self, codes: Sequence[str]) -> list[Guideline]:
        """Those named, in that order."""
        by_code = {one.code: one for one in self.guideline}
        return [by_code[code] for code in codes]


def general_consultation(outcome: str, when: When = "now") -> Consultation:
    """For a model that says nothing of its own: an outcome that is there may be looked for, no later one."""
    return Consultation(
        estimate=Estimate(says=f"Estimated chance of {outcome}"),
        measured=_present_or_absent(outcome, when),
        next_step=(
            NextStep(when=("above", "unclear", "below"), says=_NEXT[when](outcome), recheck_months=12),
        ),
    )


_NEXT: Mapping[When, Callable[[str], str]] = {
    "now": lambda outcome: f"Find out whether there is {outcome}: the estimate does not tell.",
    "later": lambda outcome: (
        f"Discuss the chance of {outcome}; measure anew what is old or surprising, and estimate again."
    ),
}


def _present_or_absent(outcome: str, when: When) -> MeasuredOutcome:
    return MeasuredOutcome(
        label=outcome[0].upper() + outcome[1:],
        overrules=when == "now",
        finding=(
            Finding(says="looked for and absent", next="Look again when things change.", recheck_months=12),
            Finding(
                says="present", next="Treat what is found; the estimate adds nothing.", recheck_months=12
            ),
        ),
    )
