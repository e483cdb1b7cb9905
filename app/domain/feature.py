"""One feature of a model: its kind, its ranges, and how far behaviour may move it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from app.domain.reserved_names import RESERVED


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
    MOVES = "moves"  # of a category: by one of `moves`, from the value that the factual has


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


class Device(StrEnum):
    """What measured a feature, where card and page have to say so."""

    CGM = "cgm"  # a continuous glucose monitor


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
    """The LOINC code."""
    ucum: Text | None = None
    """The unit of its values; that of the feature where it is left out."""
    factor: Annotated[Number, Field(gt=0)] = 1.0
    """What a value is multiplied by to be in the feature's unit; 1 is written where names alone differ."""

    @property
    def is_converted(self) -> bool:
        """Whether its owner says what a value comes to: nobody is to take a mmol/L for a mg/dL unsaid."""
        return "factor" in self.model_fields_set


class Category(Frozen):
    """One value of a category."""

    value: Text
    """For requests and columns; XGBoost takes none that holds `[`, `]` or `<` (write `under_5` for `<5`)."""
    label: Text
    """For people; unique."""
    in_sentence: Text | None = None
    """How it reads within a sentence, such as "every day" of the label "Every day". Without it the label as
    it is written: "Mediterranean" keeps its capital."""

    @property
    def within(self) -> str:
        """What stands within a sentence."""
        return self.in_sentence or self.label


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
    """The [condition](#conditions)."""
    limit: Range
    """What takes the place of `limit`."""


class Reach(Frozen):
    """How far an action goes for a programme that demands more."""

    max_change: Annotated[Number, Field(gt=0)] | None = None
    """What takes the place of `max_change`, and is no less."""
    max_change_share: Annotated[Number, Field(gt=0, le=1)] | None = None
    """What takes the place of `max_change_share`, and is no less."""


class Move(Frozen):
    """One way for a category to change: from a value to another, in one go."""

    before: Annotated[Text, Field(alias="from")]
    """The value of whom it is open to."""
    after: Annotated[Text, Field(alias="to")]
    """The value that it ends at."""
    effort: Annotated[Number, Field(gt=0)] | None = None
    """Effort of this move, in place of the action's."""
    verb: Text | None = None
    """Used instead of the action's `verb`, such as "stopping smoking"."""


class Action(Frozen):
    """How behaviour or treatment may move a feature within the horizon: a hard limit on suggestions."""

    direction: Direction
    """Which way suggestions go; `towards` is to the range `limit`, from whichever side; `moves`, of a
    category and only of one, by one of its `moves`."""
    verb: Text
    """End of the sentence "Consider …"."""
    verb_at_limit: Text | None = None
    """Used instead of `verb` where the limit is reached, such as "stopping smoking"."""
    caution: Text | None = None
    """A sentence that follows every suggestion of it, such as who is to set a treatment target."""
    told_by: str | None = None
    """A linked feature whose numbers the sentence gives first: people speak of their weight, not of their
    BMI."""
    step: Annotated[Number, Field(gt=0)] = 1.0
    """Smallest change that matters clinically, in the feature's unit and a multiple of `precision`; every
    suggestion is a whole number of steps; nobody may have more than 1000 of them."""
    limit: Range = (0.0, 1.0)
    """No suggestion ends outside it; a number needs one, within `clinical`."""
    max_change: Annotated[Number, Field(gt=0)] | None = None
    """Largest change within the horizon."""
    max_change_share: Annotated[Number, Field(gt=0, le=1)] | None = None
    """Largest change as a share of the person's value."""
    effort: Annotated[Number, Field(gt=0)]
    """Effort of one step, in the schema's unit of effort; of a category, of each move that says no other."""
    moves: tuple[Move, ...] = ()
    """Of a category, and only of one: [which moves are permitted](#moves-of-a-category)."""
    reaches_limit: Annotated[bool, Field(strict=True)] = False
    """Whether the last step may be shorter to land on the limit (no cigarettes at all)."""
    whole: Annotated[bool, Field(strict=True)] = False
    """All the way to the limit or not at all (stopping smoking); needs `reaches_limit`."""
    when: Condition = Field(default_factory=dict)
    """To whom the action is open: a [condition](#conditions)."""
    limits: tuple[ConditionalLimit, ...] = ()
    """The first whose condition holds takes the place of `limit`."""
    intensive: Reach | None = None
    """How far a request's `"programme": "intensive"` goes instead."""

    def for_person(self, values: Mapping[str, object]) -> "Action | None":
        """The action with the limit that is this person's; None where it is not open to them."""
        if not holds(self.when, values):
            return None
        own = next((other.limit for other in self.limits if holds(other.when, values)), self.limit)
        return self if own == self.limit else self.model_copy(update={"limit": own})

    def moves_from(self, value: object) -> tuple[Move, ...]:
        """The moves of somebody whose category has this value, those of least effort first."""
        own = (move for move in self.moves if move.before == value)
        return tuple(sorted(own, key=self.effort_of))

    def effort_of(self, move: Move) -> float:
        """Effort of one of its moves."""
        return self.effort if move.effort is None else move.effort

    def verb_for(self, before: object, after: object) -> str:
        """The end of "Consider …" for a change from one value to another."""
        own = (move.verb for move in self.moves if (move.before, move.after) == (before, after))
        if verb := next(own, None):
            return verb
        is_at_limit = self.verb_at_limit is not None and after in self.limit
        return self.verb_at_limit if is_at_limit and self.verb_at_limit else self.verb

    def in_intensive_programme(self) -> "Action":
        """The action as far as an intensive programme goes."""
        if self.intensive is None:
            return self
        reach = {name: value for name, value in self.intensive if value is not None}
        return self.model_copy(update=reach)


class Cap(Frozen):
    """The largest change that all effects on a feature make together, where a condition holds."""

    most: Annotated[Number, Field(gt=0)] | None = None
    """The largest change."""
    most_share: Annotated[Number, Field(gt=0, le=1)] | None = None
    """The largest change as a share of the person's value; a cap has one of the two."""
    when: Condition = Field(default_factory=dict)
    """Of whom it holds: a [condition](#conditions)."""


class Consequence(Frozen):
    """How effects on one feature come together."""

    limit: Range
    """Effects take nobody beyond, within `clinical`; somebody who is beyond stays."""
    share_of_sum: Annotated[Number, Field(gt=0, le=1)] = 1.0
    """Several effects count this share of their sum, and no less than the largest alone."""
    caps: tuple[Cap, ...] = ()
    """The largest change by all effects together: the first whose condition holds."""


class Always(Frozen):
    """What is said beside the options, outside their ranking, to everybody for whom there is room to act."""

    text: Text
    """What is said."""
    source: Text
    """Where it was published."""


class Feature(Frozen):
    """One feature as the schema declares it. Numbers are in `unit`."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    """For requests and columns: lower-case letters, digits and `_`, unique. Names of columns beside the
    features (`outcome`, `seqn`, `risk`, …) are reserved. No name is demanded: a model needs neither `age` nor
    `sex`."""
    label: Text
    """For people; unique. Within a sentence its first letter is small, unless its first word has more
    capitals (`HDL cholesterol`, `HbA1c`): let no name of somebody stand first ("Score by Apgar")."""
    short: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,39}$")] | None = None
    """The name in prompts: best one common word, which is one token (`BMI`, `systolic`). Without it the name,
    or first words of a long one."""
    kind: Kind
    """What values it takes."""
    group: Text = "features"
    """Under which heading it stands where values are entered; those of `person` also stand in the head of a
    patient's page."""
    unit: Unit = None
    """The unit as people write it. A score, a ratio or a count has none: leave it out, or write `""`."""
    ucum: Unit = None
    """The unit's UCUM code, by which values of an EHR are converted."""
    precision: Annotated[Number, Field(gt=0)] = 1.0
    """The last digit that is measured, 0.00001 or more; a whole number for an `integer`."""
    clinical: Range | None = None
    """For a number: values outside are refused and never suggested."""
    observed: Range | None = None
    """For a number: smallest and largest value among training people, within `clinical`; training and the
    gateway check it, and a value outside gets a warning."""
    missing: MissingPolicy = MissingPolicy.REFUSED
    """What happens where it is left out, whatever its kind: `refused`; `unknown`, which is NaN to the
    classifier, and the feature never moves; `derived` by an identity, for a number."""
    risk: Monotonicity = Monotonicity.FREE
    """Monotonicity constraint in training."""
    noise: Annotated[Number, Field(ge=0)] = 0.0
    """For a number: standard deviation of its measurement."""
    categories: tuple[Category, ...] = ()
    """Of a category, and only of one: its values."""
    codes: tuple[Code, ...] = ()
    """LOINC codes under which an EHR may send it; they also tell [a value in another
    unit](how-answers-are-made.md#values-that-may-be-wrong)."""
    device: Device | None = None
    """What measured it, where that calls for a caution: `cgm` of a summary metric of a continuous glucose
    monitor. [Card and page then say](sensors.md#glucose-sensors) that no readings enter."""
    note: str | None = None
    """A sentence for whoever reads the schema or enters values."""
    theme: Theme | None = None
    """What acting on it is about; strategies are sets of themes, and a feature without one is its own."""
    role: Role | None = None
    """How it comes to change: `behaviour` has `[feature.action]` and a theme, effects move a `consequence`,
    treatment alone moves a `treatment`."""
    action: Action | None = None
    """How behaviour may move it; a feature without is fixed, or moves along by a link."""
    treatment: Action | None = None
    """How treatment may move it, with the keys of an action: off unless a request includes treatment."""
    consequence: Consequence | None = None
    """How effects on it come together."""
    always: Always | None = None
    """What is said to everybody who has room for the action, outside the ranking of options."""

    @field_validator("name")
    @classmethod
    def _is_free(cls, name: str) -> str:
        if name in RESERVED:
            raise ValueError("this name is taken: tables of people have a column of it")
        return name

    @model_validator(mode="after")
    def _is_whole(self) -> "Feature":
        if (self.kind is Kind.CATEGORY) != bool(self.categories):
            needs = "a category needs categories, one or more" if self.kind is Kind.CATEGORY else None
            raise ValueError(f"{self.name}: {needs or f'a {self.kind} has no categories'}")
        if self.is_numeric and (self.clinical is None or self.observed is None):
            raise ValueError(f"{self.name}: a number needs its clinical and observed ranges")
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

    def in_kind(self, number: float) -> bool | int | float | str:
        """A number of the classifier's input as a value of this feature; of a category its code."""
        if self.kind is Kind.CATEGORY:
            return self.categories[round(number)].value
        if self.kind is Kind.BOOLEAN:
            return number > 0.5
        return int(number) if self.kind is Kind.INTEGER and number.is_integer() else round(number, 6)

    def code(self, value: object) -> float:
        """A known value as one number: of a category its place among the categories, from 0.

        Raises:
            ValueError: the category has no such value.
        """
        if self.kind is Kind.CATEGORY:
            return float([category.value for category in self.categories].index(str(value)))
        return float(value)  # type: ignore[arg-type]

    @property
    def columns(self) -> tuple[str, ...]:
        """The classifier's columns: one, or one for each category."""
        if self.kind is Kind.CATEGORY:
            return tuple(f"{self.name}={category.value}" for category in self.categories)
        return (self.name,)
