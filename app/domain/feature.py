"""One feature of a model: its kind, its ranges, and how far behaviour may move it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator


class Kind(StrEnum):
    """What values a feature takes."""

    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    CATEGORY = "category"


class MissingPolicy(StrEnum):
    """What happens when a caller leaves a feature out."""

    REFUSED = "refused"  # the request is invalid
    UNKNOWN = "unknown"  # the classifier is told that the value is not known; it never moves
    DERIVED = "derived"  # an identity with other features gives it (weight from BMI and height)


class Direction(StrEnum):
    """Which way a suggestion may move a feature."""

    DECREASE = "decrease"
    INCREASE = "increase"
    TOWARDS = "towards"  # towards the range `limit`, from whichever side the factual lies on


class Monotonicity(StrEnum):
    """How the classifier is allowed to respond: a monotonicity constraint in training."""

    RISING = "rising"
    FALLING = "falling"
    FREE = "free"


class Theme(StrEnum):
    """What an action is about, as people speak of it: strategies are sets of themes."""

    WEIGHT = "weight"
    FOOD = "food"
    ACTIVITY = "activity"
    SLEEP = "sleep"
    SMOKING = "smoking"
    ALCOHOL = "alcohol"
    TREATMENT = "treatment"


class Role(StrEnum):
    """How a feature that may change comes to change."""

    BEHAVIOUR = "behaviour"  # a person does something about it
    CONSEQUENCE = "consequence"  # it follows from what a person does, by published effects
    TREATMENT = "treatment"  # treatment alone moves it


Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
"""A number, which neither true nor a text that looks like one is."""
Text = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$")]
"""Words on one line."""
Unit = Annotated[Text | None, BeforeValidator(lambda unit: None if unit == "" else unit)]
"""What a number is counted in; none of it, or "", for a score, a ratio or a count."""
Range = tuple[Number, Number]
Condition = Mapping[str, Annotated[bool, Field(strict=True)] | Range | tuple[Text, ...]]
"""What must hold of a person, by feature: a range, ends included; some categories; yes or no."""


class Frozen(BaseModel):
    """A part of a schema: what it does not know is refused, and nothing changes it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Code(Frozen):
    """A LOINC code under which an EHR may send the feature: value x factor is in the feature's unit."""

    loinc: Annotated[str, Field(pattern=r"^[0-9]{1,7}-[0-9]$")]
    ucum: Text | None = None
    factor: Annotated[Number, Field(gt=0)] = 1.0


class Category(Frozen):
    """One value of a category."""

    value: Text
    label: Text


def holds(condition: Condition, values: Mapping[str, object]) -> bool:
    """Whether a condition holds of a person; of what is not known nothing does."""
    return all(_holds(wanted, values.get(name)) for name, wanted in condition.items())


def _holds(wanted: object, value: object) -> bool:
    if value is None:
        return False
    if isinstance(wanted, tuple) and not isinstance(value, str):
        low, high = wanted
        return bool(low <= value <= high)
    return value in wanted if isinstance(wanted, tuple) else value is wanted


class ConditionalLimit(Frozen):
    """Another limit for people of whom a condition holds."""

    when: Condition
    limit: Range


class Reach(Frozen):
    """How far an action goes for a programme that demands more."""

    max_change: Annotated[Number, Field(gt=0)] | None = None
    max_change_share: Annotated[Number, Field(gt=0, le=1)] | None = None


class Action(Frozen):
    """How behaviour or treatment may move a feature within the horizon: a hard limit on suggestions."""

    direction: Direction
    verb: Text
    """Ends the sentence "Consider …"."""
    verb_at_limit: Text | None = None
    """Used instead of `verb` when the suggestion reaches the limit, such as "stopping smoking"."""
    caution: Text | None = None
    """A sentence that follows every suggestion of the action."""
    told_by: str | None = None
    """The linked feature whose numbers are told first: people speak of their weight, not of their index."""
    step: Annotated[Number, Field(gt=0)] = 1.0
    """The smallest change that matters clinically, in the feature's unit."""
    limit: Range = (0.0, 1.0)
    """No suggestion ends outside; `towards` moves never cross it."""
    max_change: Annotated[Number, Field(gt=0)] | None = None
    max_change_share: Annotated[Number, Field(gt=0, le=1)] | None = None
    """The largest change as a share of the factual value."""
    effort: Annotated[Number, Field(gt=0)]
    """Effort of one step, in the schema's unit of effort."""
    reaches_limit: Annotated[bool, Field(strict=True)] = False
    """Whether the last step may be shortened to land on the limit (no cigarettes at all)."""
    whole: Annotated[bool, Field(strict=True)] = False
    """Whether it is done all the way to the limit or not at all."""
    when: Condition = Field(default_factory=dict)
    """To whom the action is open."""
    limits: tuple[ConditionalLimit, ...] = ()
    """The first whose condition holds takes the place of `limit`."""
    intensive: Reach | None = None
    """How far an intensive programme goes instead."""

    def for_person(self, values: Mapping[str, object]) -> "Action | None":
        """The action with the limit that is this person's; None where it is not open to them."""
        if not holds(self.when, values):
            return None
        own = next((other.limit for other in self.limits if holds(other.when, values)), self.limit)
        return self if own == self.limit else self.model_copy(update={"limit": own})

    def in_intensive_programme(self) -> "Action":
        """The action as far as an intensive programme goes."""
        if self.intensive is None:
            return self
        reach = {name: value for name, value in self.intensive if value is not None}
        return self.model_copy(update=reach)


class Cap(Frozen):
    """The largest change that all effects on a feature make together, where a condition holds."""

    most: Annotated[Number, Field(gt=0)] | None = None
    most_share: Annotated[Number, Field(gt=0, le=1)] | None = None
    """As a share of the factual value."""
    when: Condition = Field(default_factory=dict)


class Consequence(Frozen):
    """How effects on one feature come together."""

    limit: Range
    """Effects take nobody beyond; who is beyond stays."""
    share_of_sum: Annotated[Number, Field(gt=0, le=1)] = 1.0
    """Several effects count this share of their sum, and no less than the largest of them alone."""
    caps: tuple[Cap, ...] = ()
    """The first whose condition holds counts; without one there is no cap."""


class Always(Frozen):
    """What is said beside the options, outside their ranking, to everybody for whom there is room to act."""

    text: Text
    source: Text


class Feature(Frozen):
    """One feature as the schema declares it. Numbers are in `unit`."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    label: Text
    short: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,39}$")] | None = None
    """What the language model is told instead of the name: best one common word, which is one token."""
    kind: Kind
    group: Text = "features"
    unit: Unit = None
    ucum: Unit = None
    precision: Annotated[Number, Field(gt=0)] = 1.0
    clinical: Range | None = None
    """Values outside are refused and never suggested."""
    observed: Range | None = None
    """Smallest and largest value among the people the model learned from."""
    missing: MissingPolicy = MissingPolicy.REFUSED
    risk: Monotonicity = Monotonicity.FREE
    noise: Annotated[Number, Field(ge=0)] = 0.0
    """Standard deviation of the measurement, in `unit`."""
    categories: tuple[Category, ...] = ()
    codes: tuple[Code, ...] = ()
    note: str | None = None
    theme: Theme | None = None
    role: Role | None = None
    action: Action | None = None
    treatment: Action | None = None
    """What treatment may do about it: off unless a caller includes treatment."""
    consequence: Consequence | None = None
    always: Always | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> "Feature":
        if (self.kind is Kind.CATEGORY) != bool(self.categories):
            raise ValueError(f"{self.name}: categories belong to a category, and only to one")
        if self.is_numeric and (self.clinical is None or self.observed is None):
            raise ValueError(f"{self.name}: a number needs its clinical and observed ranges")
        if self.kind is Kind.CATEGORY and self.action is not None:
            raise ValueError(f"{self.name}: a category cannot be actionable")
        if self.kind is Kind.CATEGORY and (self.treatment or self.consequence):
            raise ValueError(f"{self.name}: a category cannot be treated, and no effect moves it")
        return self

    @property
    def called(self) -> str:
        """Its name in prompts and answers of language models."""
        return self.short or self.name

    @property
    def is_numeric(self) -> bool:
        return self.kind in (Kind.NUMBER, Kind.INTEGER)

    def in_kind(self, number: float) -> bool | int | float:
        """A number of the classifier's input as a value of this feature, which is no category."""
        if self.kind is Kind.BOOLEAN:
            return number > 0.5
        return int(number) if self.kind is Kind.INTEGER and number.is_integer() else round(number, 6)

    @property
    def columns(self) -> tuple[str, ...]:
        """The classifier's columns: one, or one for each category."""
        if self.kind is Kind.CATEGORY:
            return tuple(f"{self.name}={category.value}" for category in self.categories)
        return (self.name,)
