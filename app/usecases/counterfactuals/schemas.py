"""The wire forms of a question and its answer."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from app.domain.counterfactual import (
    TYPICAL_PERCENTILE,
    AlwaysSaid,
    BroughtAlong,
    Change,
    Conditions,
    Diversity,
    Generator,
    LeverAlone,
    Optimality,
    OptionChange,
    Relaxed,
    Robustness,
    Shortfall,
    Status,
    Strategy,
)
from app.domain.degraded import Degraded
from app.domain.ids import PATIENT_ID, PATIENT_ID_LENGTH
from app.domain.input_warning import InputWarning
from app.domain.schema import Value
from app.domain.scope import Inclusion, Programme
from app.usecases.request_model import RequestModel

PatientId = Annotated[
    str,
    Field(
        pattern=PATIENT_ID,
        max_length=PATIENT_ID_LENGTH,
        description="The caller's own opaque id; never a name.",
        examples=["P-0017"],
    ),
]


def _is_number(value: object) -> object:
    """Refuse what pydantic would turn into a number: booleans and numbers in quotes."""
    if isinstance(value, bool | str):
        raise ValueError("must be a number")
    return value


Number = Annotated[float, Field(allow_inf_nan=False), BeforeValidator(_is_number)]
Share = Annotated[float, Field(allow_inf_nan=False, ge=0, le=1), BeforeValidator(_is_number)]
InnerShare = Annotated[float, Field(allow_inf_nan=False, gt=0, lt=1), BeforeValidator(_is_number)]
"""Between none and all, without either."""


def _bound(value: object, read: ValidatorFunctionWrapHandler) -> object:
    """A number, or the value of a yes or no; the schema says which of the two a feature takes."""
    return value if isinstance(value, bool) else read(value)


def _both_ends(value: object) -> object:
    """Of a yes or no, the value alone stands for both ends."""
    return (value, value) if isinstance(value, bool) else value


Bound = Annotated[Number, WrapValidator(_bound, json_schema_input_type=float | bool)]
Range = Annotated[
    tuple[Bound | None, Bound | None],
    BeforeValidator(_both_ends, json_schema_input_type=bool | tuple[Bound | None, Bound | None]),
]
MOST_NAMED = 100
"""Features or themes in a list."""


class TargetIn(RequestModel):
    """The risk that a suggestion must not exceed."""

    max_risk: InnerShare = Field(description="The highest risk (0-1) that a suggestion may end at.")


class ConstraintsIn(RequestModel):
    """The caller's own limits, in the words that users of DiCE know."""

    features_to_vary: list[str] | None = Field(
        None,
        description="What may change: actionable features, or themes (such as food) for all of theirs. "
        "Everything actionable by default.",
        max_length=MOST_NAMED,
    )
    features_to_keep: list[str] | None = Field(
        None,
        description="What no option may change by itself, the opposite of `features_to_vary`: actionable "
        "features, or themes for all of theirs. Nothing by default. What other changes bring along may still "
        "move it; `permitted_range` forbids that too. Both lists may be given, such as food to vary and "
        "fibre to keep; what `features_to_vary` names must not be kept as a whole.",
        max_length=MOST_NAMED,
    )
    permitted_range: dict[str, Range] | None = Field(
        None,
        description="Low and high bound, in the feature's unit, of what a changed feature ends at; null "
        "leaves a side open. Of a yes or no: true or false, alone or as a bound. It may also name what "
        "moves along, such as waist.",
    )
    max_changes: Annotated[int, Field(strict=True, ge=1, le=20)] | None = Field(
        None,
        description="The most behaviours to change at once, what moves along aside; weight is one. The "
        "model's setting by default.",
    )


class CounterfactualsRequest(RequestModel):
    """A question: how could this patient's risk come down to the target?"""

    patient_id: PatientId
    model: str | None = Field(
        None, description="A hosted model, name or name@version; the configured one by default."
    )
    features: dict[str, Any] = Field(
        description="The feature vector: GET /models/{name}/schema describes it."
    )
    target: TargetIn | None = Field(None, description="The model's decision threshold by default.")
    constraints: ConstraintsIn | None = Field(
        None, description="The caller's own limits; the model's own alone by default."
    )
    count: Annotated[int, Field(strict=True, ge=1, le=10)] = Field(
        4, description="The most options that the answer holds."
    )
    min_robustness: Share | None = Field(
        None, description="The least share of refits, noise and adherence draws that an option must survive."
    )
    generator: Generator = Field(
        Generator.AUTO, description="Who proposes: the language model, the search, or both (auto)."
    )
    include: list[Inclusion] = Field(
        [],
        description="What may be changed beside what people do. `treatment`: values that medicine moves, "
        "such as blood pressure. Nothing by default.",
        max_length=MOST_NAMED,
    )
    programme: Programme = Field(
        Programme.USUAL,
        description="How far changes go: as in a usual programme, or as in an intensive one, which few have.",
    )
    diversity: Diversity = Field(
        Diversity.STRATEGIES,
        description="Which options are chosen among those that hold. `strategies`: different ones, the best "
        "of each strategy, any two with at most half of their behaviours in common. `least_effort`: those "
        "of least effort, however alike.",
    )


class _Out(BaseModel):
    model_config = ConfigDict(from_attributes=True, populate_by_name=True)


class PlausibilityOut(_Out):
    """How much the changed person resembles real people of the target class."""

    in_range: bool = Field(description="Every moved value lies within the range observed in training.")
    neighbour_distance: float = Field(
        description="Mean distance to the five nearest real people, in robustly scaled units."
    )
    percentile: float = Field(description="Share (0-100) of real people with closer neighbours of their own.")
    joint_percentile: float | None = Field(
        None,
        description="Share (0-100) of real people whose values come together more readily. "
        "Null in answers recorded before this was measured.",
    )
    typical: bool | None = Field(
        None,
        description=f"In range, and both percentiles at most {TYPICAL_PERCENTILE:g}. "
        "Null in answers recorded before this was measured.",
    )


class CounterfactualOut(_Out):
    """One verified option."""

    id: UUID = Field(description="Of the option; feedback names it.")
    rank: int = Field(
        description="From 1, the option of least effort. Where none holds in `min_robustness` of everything "
        "under `robustness`, those that hold in the largest share in reach, to a twentieth, come in their "
        "place: they are fragile."
    )
    strategy: Strategy | None = Field(
        None, description="What the option is about. Null in answers recorded before options had one."
    )
    changes: list[OptionChange] = Field(
        description="What the person would change, and what the classifier makes of each change."
    )
    linked: list[Change] = Field(
        description="What moves along since it measures the same: weight and waist with body mass index."
    )
    brought_along: list[BroughtAlong] = Field(
        [],
        description="What follows from the changes, on average, by published effects; risk and vector "
        "count it. A person may differ, and it is not said that the risk falls because of it. Empty in "
        "answers recorded before effects were counted.",
    )
    features: dict[str, Value] = Field(description="The whole vector with the option taken up.")
    risk: float = Field(description="The classifier's risk (0-1) of that vector.")
    verified: bool = Field(True, description="The classifier itself scored it, at or below the target.")
    plausibility: PlausibilityOut = Field(
        description="How much the changed person resembles real people of the target class."
    )
    effort: float = Field(
        description="How much it asks for, on the model's own scale; least effort comes first."
    )
    optimality: Optimality | None = Field(
        None, description="Null in answers recorded before this was proved."
    )
    robustness: Robustness = Field(
        description="Shares of perturbed versions under which the option still holds."
    )
    fragile: bool = Field(
        description="Holds in less than `min_robustness` of refits, noise draws or adherence draws; returned "
        "only where none that holds was found."
    )
    generator: Generator = Field(description="Who proposed it.")
    summary: str = Field(description="The option in a sentence.")
    consequences: str | None = Field(
        None, description="What is brought along, in a sentence; null where nothing is."
    )


class InfeasibleOut(_Out):
    """The lowest risk in reach, whether that is proved, and the changes that reach it.

    All of it holds under `conditions`, and says nothing of what lies outside them.
    """

    lowest_reachable_risk: float = Field(description="The lowest risk (0-1) that was found.")
    proved: bool = Field(description="Proved: nothing that is permitted under `conditions` goes lower.")
    risk_bound: float | None = Field(
        None,
        description="Nothing that is permitted goes below this. Null in answers recorded before bounds were.",
    )
    reached_by: list[OptionChange] = Field(
        description="The changes that reach it, and what the classifier makes of each."
    )
    brought_along: list[BroughtAlong] = Field(
        [], description="What follows from these changes, on average, by published effects."
    )
    conditions: Conditions | None = Field(
        None, description="What the finding holds for. Null in answers recorded before conditions were."
    )
    relaxed: list[Relaxed] = Field(
        [], description="What more changes at once would give, where that lowers the risk further."
    )


class ModelOut(_Out):
    """The model that answered."""

    name: str = Field(description="Its name.")
    version: str = Field(description="Its version.")


class PredictionOut(_Out):
    """The risk as it is now."""

    risk: float = Field(description="The classifier's risk (0-1) of the vector that was sent.")
    threshold: float = Field(description="The model's decision threshold (0-1).")
    target: float = Field(description="The risk (0-1) that options stay at or below.")
    label: str = Field(description="What the risk means against the threshold: high or low.")


class GenerationOut(_Out):
    """How the answer came about."""

    proposals: int = Field(description="How many were asked of the language model.")
    well_formed: int = Field(description="How many of them could be read.")
    valid: int = Field(description="How many of these reached the target as they were proposed.")
    repaired: int = Field(description="How many did after repair.")
    llm_model: str | None = Field(description="The language model that was asked; null where none was.")
    prompt_version: str | None = Field(
        description="The version of what it was told; null where none was asked."
    )
    degraded: list[Degraded] = Field(
        description="What was away, or of no use, while the answer was made; empty if nothing was. "
        "`llm_unavailable`, `llm_timeout`: no completion came. `llm_no_proposal`: one came, but "
        "nothing in it was a well-formed proposal. These three pass: an equal question is answered anew. "
        "`llm_not_taught`: the language model was tuned for another model. `cache_unavailable`: the answer "
        "took longer."
    )
    prompt_tokens: int | None = Field(None, description="Tokens that it read; null where it did not say.")
    completion_tokens: int | None = Field(
        None, description="Tokens that it wrote; null where it did not say."
    )
    llm_ms: float | None = Field(None, description="Milliseconds that it took; null where it was not asked.")
    cached: bool = Field(False, description="Told from the cache; the figures are those of the first time.")
    elapsed_ms: float = Field(description="Milliseconds from the request to the answer.")


class CounterfactualsAnswer(_Out):
    """A recorded answer. A counterfactual is an association found by a model, not a causal promise."""

    id: UUID = Field(description="Of the answer; GET /counterfactuals/{id} gives it again.")
    patient_id: str = Field(description="The caller's own id of the patient.")
    created_at: datetime = Field(description="When it was first given.")
    model: ModelOut = Field(description="The model that answered.")
    prediction: PredictionOut = Field(description="The risk as it is now.")
    status: Status = Field(description="How the question ended; all three are findings.")
    counterfactuals: list[CounterfactualOut] = Field(
        description="The options, least effort first; empty unless found."
    )
    shortfall: Shortfall | None = Field(
        None,
        description="Why there are fewer options than were asked for; null where there are not, where none "
        "was found, and in answers recorded before this was told.",
    )
    infeasible: InfeasibleOut | None = Field(
        description="What helps most where nothing reaches the target; else null."
    )
    most_helpful: list[LeverAlone] = Field(
        [],
        description="How far each change goes alone, those first that lower the risk most; empty where the "
        "risk is at or below the target, and in answers recorded before this was told.",
    )
    always: list[AlwaysSaid] = Field(
        [],
        description="What is said to this person whatever the options are, outside their ranking: to a "
        "smoker, what stopping does. Empty where nothing is.",
    )
    generation: GenerationOut = Field(description="How the answer came about.")
    warnings: list[InputWarning] = Field(
        [],
        description="Values of the question that should be checked: outside what was observed, or unusual "
        "beside the others. Risk and options take them as they are. A what-if repeats the warnings of the "
        "answer that it departed from. Empty in answers recorded before values were checked.",
    )
    based_on: UUID | None = Field(
        None,
        description="The answer that a what-if on the patient's page departed from; this one's values may be "
        "supposed ones. Null where a caller asked.",
    )

    def as_cached(self, elapsed_ms: float) -> Self:
        """The same answer, as told from the cache."""
        generation = self.generation.model_copy(update={"cached": True, "elapsed_ms": elapsed_ms})
        return self.model_copy(update={"generation": generation})
