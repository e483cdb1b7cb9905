"""Parts of what the service answers to a question about one patient, as this client reads it."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

Value = bool | int | float | str | None
"""Of a feature; None is unknown."""


class Status(StrEnum):
    """How a question ended; all four are findings.

    `OUTCOME_MEASURED`: the estimate is low enough, but a measured result shows the outcome, and it counts.
    """

    FOUND = "found"
    ALREADY_BELOW_TARGET = "already_below_target"
    OUTCOME_MEASURED = "outcome_measured"
    INFEASIBLE = "infeasible"


class Read(BaseModel):
    """A part of an answer. Fields that a newer service adds are passed over."""

    model_config = ConfigDict(frozen=True, populate_by_name=True, extra="ignore", protected_namespaces=())


class Change(Read):
    """One feature before and after, in its unit."""

    feature: str
    label: str
    before: Value = Field(alias="from")
    after: Value = Field(alias="to")
    delta: float | None
    unit: str | None


class OnDays(Read):
    """The level that a change ends at, held against the question's days.

    Of so many with a value of the feature some had `reached` it; the others fell short by `median_lacking`,
    in the feature's unit (None where there are none, and of what is no number). `unknown` days have no value.
    """

    of: int
    reached: int
    unknown: int
    median_lacking: float | None
    words: str


class OptionChange(Change):
    """One change that an option asks for, and what the classifier makes of it.

    `part`: of the fall of the risk, this change's Shapley value (0-1; below 0 where it raises the risk); the
    parts of an option add up to the fall. `alone`: by how much it lowers the risk by itself, with what it
    brings along. Both are None in answers of older services. `on_days` is there where the question told days.
    """

    part: float | None = None
    alone: float | None = None
    on_days: OnDays | None = None


class BroughtAlong(Change):
    """What follows from the changes, on average, by published effects; a person may differ.

    The value lies between `low` and `high` where all effects are at one end of their intervals. `drivers`
    are the changed features that it follows from, `sources` where the effects were published, `grade` the
    lowest grade of evidence among them (A to C), `lag` after what time the trials saw it, `judgement` what in
    the figures is judgement.
    """

    low: float
    high: float
    drivers: list[str]
    sources: list[str]
    judgement: list[str] = []
    grade: str
    lag: str


class LeverAlone(Change):
    """How far one change alone goes: `reduction` is by how much the risk falls (0-1)."""

    reduction: float


class Strategy(Read):
    """What an option is about, in words and by themes, and what sets it apart from the other options.

    `distinctions` are among least_effort, fewest_changes and without_weight_goal.
    """

    name: str
    themes: list[str]
    distinctions: list[str]


class Shortfall(Read):
    """Why there are fewer options than were asked for.

    `variants` further ways were left out since they are too much like those shown; `proved`: there is no
    further way that holds as well.
    """

    variants: int
    proved: bool


class AlwaysSaid(Read):
    """What is said to a person beside the options, about one feature, and where it is known from."""

    feature: str
    text: str
    source: str


class Plausibility(Read):
    """How much the changed person resembles real people of the target class."""

    in_range: bool
    neighbour_distance: float
    percentile: float
    joint_percentile: float | None = None
    typical: bool | None = None


class Robustness(Read):
    """Shares of refits, noise draws and partial-adherence draws under which the option still holds."""

    refits: float
    noise: float
    adherence: float


class Optimality(Read):
    """Whether the option is proved to take the least effort, and what none takes less than."""

    proved: bool
    effort_bound: float


class Counterfactual(Read):
    """One option: an association found by a model, to consider; not a promise that a change would help."""

    id: UUID
    rank: int
    strategy: Strategy | None = None
    changes: list[OptionChange]
    linked: list[Change]
    brought_along: list[BroughtAlong] = []
    features: dict[str, Value]
    risk: float
    verified: bool = False
    plausibility: Plausibility
    effort: float
    optimality: Optimality | None = None
    robustness: Robustness
    fragile: bool
    generator: str
    summary: str
    consequences: str | None = None
    """In words, what is brought along."""


class Improvement(Counterfactual):
    """What lowers the risk by 2 points or more where no option holds, or where it was asked for.

    For a model whose threshold is near 0 or 1 it is a tenth of the threshold's distance from there.
    It does not claim to reach the target. `grades` are among knee, largest and nearest_target; another
    strategy has none. `reduction` is the fall of the risk (0-1). `robustness` has the shares in which the
    estimate falls at all, `reduction_holds` those in which at least half of `reduction` remains. `holds_at`
    is the lowest target (0-1) at which it would hold as options do; None where that is not below the present
    risk.
    """

    grades: list[str]
    reduction: float
    reduction_holds: Robustness
    holds_at: float | None


class NoImprovement(Read):
    """Why there is no improvement: the largest fall that was found, and whether there is proved to be none.

    `holds`: that fall is too small to be offered, but shows in enough refits and draws.
    """

    largest_reduction: float
    proved: bool
    holds: bool
    text: str


class FrontierPoint(Read):
    """The least effort that was found for one level of risk, and what takes it.

    No permitted way to this risk or below takes less than `effort_bound`; `proved`: nor less than `effort`.
    `moves_along` is all else that moves with the changes: the risk is that of both together.
    `robustness` has the shares in which the estimate falls at all.
    """

    risk: float
    reduction: float
    effort: float
    changes: list[Change]
    moves_along: list[Change] = []
    proved: bool
    effort_bound: float
    robustness: Robustness


class PermittedChange(Read):
    """How far one feature may change, and in which steps, in its unit; `step` is None for yes or no."""

    feature: str
    label: str
    start: Value = Field(alias="from")
    end: Value = Field(alias="to")
    step: float | None
    unit: str | None


class KeptRange(Read):
    """Between which values something that follows must stay if it moves; None leaves a side open."""

    feature: str
    label: str
    low: float | None
    high: float | None
    unit: str | None


class AssumedEffect(Read):
    """A published average that is taken for this person's: what `feature` does when `driver` changes.

    `mean`, `low` and `high` are in the feature's unit, with sign, for `per` units of the driver; `per` is
    None where the action is carried out whole. `grade` is that of the evidence (A to C).
    """

    driver: str
    feature: str
    mean: float
    low: float
    high: float
    per: float | None
    source: str
    grade: str


class Conditions(Read):
    """What a finding holds for: at most `max_changes` of the `permitted` behaviours at once.

    What follows stays within `ranges`, and `effects` are assumed. Something holds if it does in at least
    `min_robustness` of refits, noise draws and adherence draws. Older services tell neither of the three.
    """

    max_changes: int
    permitted: list[PermittedChange]
    ranges: list[KeptRange] = []
    effects: list[AssumedEffect] = []
    min_robustness: float | None = None


class Relaxed(Read):
    """What more changes at once would give: ask for it with `max_changes`."""

    max_changes: int
    lowest_reachable_risk: float
    proved: bool
    reaches_target: bool


class Infeasible(Read):
    """The lowest risk in reach under `conditions`, whether that is proved, and the changes that reach it."""

    lowest_reachable_risk: float
    proved: bool
    risk_bound: float | None = None
    reached_by: list[OptionChange]
    linked: list[Change] = []
    brought_along: list[BroughtAlong] = []
    conditions: Conditions | None = None
    relaxed: list[Relaxed] = []


class AnsweringModel(Read):
    """The model that answered."""

    name: str
    version: str


class Certainty(StrEnum):
    """On which side of the threshold a risk and nine of ten refits of the classifier are."""

    CLEAR_HIGH = "clear_high"
    UNCLEAR = "unclear"
    CLEAR_LOW = "clear_low"


class Observed(Read):
    """Of held-out people like this one, the share who had the outcome, with its 95 % interval (Wilson).

    It is a share among them, no promise to anybody: a low one never rules anything out.
    """

    people: int
    share: float
    low: float
    high: float


class Now(Read):
    """The risk as it is, the threshold of a decision and the risk that was wanted.

    `band` is where nine of ten refits of the classifier put the person. It, `certainty` and `observed` are
    None in answers of older services.
    """

    risk: float
    threshold: float
    target: float
    label: str
    band: tuple[float, float] | None = None
    certainty: Certainty | None = None
    observed: Observed | None = None


class Generation(Read):
    """How an answer came about.

    `degraded` names what was away (`llm_unavailable`, `llm_timeout`, `cache_unavailable`) or of no use
    (`llm_no_proposal`, `llm_not_taught`), or that the wait was over before all was done (`deadline`).
    `carried_over` tells of a language model that was tuned for another model, and measured for this one.
    """

    proposals: int
    well_formed: int
    valid: int
    repaired: int
    llm_model: str | None
    degraded: list[str]
    carried_over: str | None = None
    cached: bool = False
    elapsed_ms: float


class InputWarning(Read):
    """A value of the question that should be checked, by JSON Pointer, and what is unusual about it."""

    pointer: str
    detail: str


class Original(Read):
    """A value as a FHIR resource has it."""

    value: float | bool | str
    unit: str | None = None


class FeatureSource(Read):
    """Where a feature's value comes from: `fhir`, `given` in `features`, or `computed` from others."""

    source: str
    reference: str | None = None
    effective: str | None = None
    original: Original | None = None
    conversion: str | None = None


class NotUsed(Read):
    """A resource, or a value in it, that tells no feature, and why; `count` is of how many it is said."""

    reference: str | None = None
    reason: str
    detail: str
    feature: str | None = None
    count: int = 1


class MeasuredResult(Read):
    """The newest result that says whether the outcome is there: it counts in place of the estimate."""

    value: float | None
    unit: str | None
    measured_on: date
    reference: str | None = None
    has_outcome: bool
    original: Original | None = None


class AskNext(Read):
    """A feature that is not known, and by how much (0-1) the band would be narrower once it is."""

    feature: str
    narrows: float


class AskedConstraints(Read):
    """The limits that options kept to; themes are told by their features.

    `features_to_vary` is None where everything actionable might vary. Bounds of a yes or no are 0 and 1.
    """

    features_to_vary: list[str] | None
    features_to_keep: list[str]
    permitted_range: dict[str, tuple[float | None, float | None]]
    max_changes: int | None


class AskedPreferences(Read):
    """What was wanted of the options, with the service's defaults filled in."""

    count: int
    min_robustness: float
    generator: str
    include: list[str]
    programme: str
    diversity: str
    always: bool


class Day(Read):
    """What was told of one of a person's days."""

    date: date
    features: dict[str, Value]


class Question(Read):
    """A question as the service understood it; `target` has its kind and its amount.

    `days` are the person's last days, oldest first.
    """

    features: dict[str, Value]
    days: list[Day] = []
    target: dict[str, float]
    constraints: AskedConstraints
    preferences: AskedPreferences


class StandingVerdict(Read):
    """What was said of an option last, without the note."""

    id: UUID
    created_at: datetime
    counterfactual_id: UUID
    verdict: str
    reason: str | None


class Feedback(StandingVerdict):
    """What somebody thought of an option: accepted, declined for a reason, or withdrawn."""

    note: str | None
    given_by: str | None
    replaces: UUID | None


class StandingEvent(Read):
    """How a plan stands: `id` is what the next change names as `replaces`."""

    id: UUID
    created_at: datetime
    kind: str
    review_on: date | None
    reason: str | None


class Prediction(Read):
    """The risk of one feature vector, what it means against the threshold, and how sure that is.

    `id` is that under which the service has on record that this was told; None of older services.
    `band` is where nine of ten refits of the classifier put the person. It, `certainty` and `observed` are
    None where the service does not tell.
    """

    model: str
    version: str
    risk: float
    threshold: float
    label: str
    band: tuple[float, float] | None = None
    certainty: Certainty | None = None
    observed: Observed | None = None
    warnings: list[InputWarning] = []
    """Values that should be checked before anybody relies on the risk."""
    id: UUID | None = None
    provenance: dict[str, FeatureSource] = {}
    """Where the values come from, by feature; empty where no bundle was sent."""
    not_used: list[NotUsed] = []
    """What of the bundle tells no feature, and why."""
    measured_outcome: MeasuredResult | None = None
    """The newest result in the bundle."""
    ask_next: list[AskNext] = []
    """What to ask or measure next, most telling first."""


class Predictions(Read):
    """Predictions of several feature vectors, in their order."""

    predictions: list[Prediction]


class Model(Read):
    """A hosted model in brief."""

    name: str
    version: str
    title: str
    outcome: str
    threshold: float
    default: bool
    default_version: bool | None = None
    """Of a service that tells it: whether the model's name alone means this version."""
    proofs: bool | None = None
    """Of a service that tells it: whether least effort, and what is out of reach, can be proved."""
