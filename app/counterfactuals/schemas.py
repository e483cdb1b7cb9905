"""The wire forms of a question and its answer."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from app.domain.counterfactual import TYPICAL_PERCENTILE, Generator, Status
from app.domain.ids import PATIENT_ID, PATIENT_ID_LENGTH
from app.domain.input_warning import InputWarning
from app.domain.schema import Value

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


Number = Annotated[float, BeforeValidator(_is_number), Field(allow_inf_nan=False)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TargetIn(_In):
    """The risk that a suggestion must not exceed."""

    max_risk: Annotated[Number, Field(gt=0, lt=1)]


class ConstraintsIn(_In):
    """The caller's own limits, in the words that users of DiCE know."""

    features_to_vary: list[str] | None = Field(
        None, description="Actionable features that may change; all of them by default.", max_length=100
    )
    permitted_range: dict[str, tuple[Number | None, Number | None]] | None = Field(
        None,
        description="Low and high bound of what a changed feature ends at; null leaves a side open.",
    )
    max_changes: Annotated[int, Field(strict=True, ge=1, le=20)] | None = Field(
        None, description="The most actionable features to change; the model's setting by default."
    )


class CounterfactualsRequest(_In):
    """A question: how could this patient's risk come down to the target?"""

    patient_id: PatientId
    model: str | None = Field(None, description="A hosted model's name; the configured one by default.")
    features: dict[str, Any] = Field(
        description="The feature vector: GET /models/{name}/schema describes it."
    )
    target: TargetIn | None = Field(None, description="The model's decision threshold by default.")
    constraints: ConstraintsIn | None = None
    count: Annotated[int, Field(strict=True, ge=1, le=10)] = 4
    min_robustness: Annotated[Number, Field(ge=0, le=1)] | None = Field(
        None, description="The least share of refits, noise and adherence draws that an option must survive."
    )
    generator: Generator = Generator.AUTO


class _Out(BaseModel):
    model_config = ConfigDict(from_attributes=True, populate_by_name=True)


class ChangeOut(_Out):
    """One feature before and after."""

    feature: str
    label: str
    before: Value = Field(serialization_alias="from", validation_alias="from")
    after: Value = Field(serialization_alias="to", validation_alias="to")
    delta: float | None
    unit: str | None


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


class RobustnessOut(_Out):
    """Shares of refits, noise draws and partial-adherence draws under which the option still holds."""

    refits: float
    noise: float
    adherence: float


class OptimalityOut(_Out):
    """What is known of how much less effort would do."""

    proved: bool = Field(description="Proved: no option that could stand in its place takes less effort.")
    effort_bound: float = Field(
        description="No option that could stand in its place takes less effort than this: none that holds as "
        "well, looks as much like real people, has nothing needless in it and does not change all that an "
        "option before it changes. The option's own effort where that is proved to be the least; 0 where "
        "nothing is known."
    )


class CounterfactualOut(_Out):
    """One verified option."""

    id: UUID
    rank: int = Field(
        description="From 1, the best. Options that hold come by effort, least first; fragile ones by the "
        "least of their three shares under `robustness`, largest first, and then by effort."
    )
    changes: list[ChangeOut]
    linked: list[ChangeOut]
    features: dict[str, Value]
    risk: float
    verified: bool = True
    plausibility: PlausibilityOut
    effort: float
    optimality: OptimalityOut | None = Field(
        None, description="Null in answers recorded before this was proved."
    )
    robustness: RobustnessOut
    fragile: bool = Field(
        description="Holds in less than `min_robustness` of refits, noise draws or adherence draws; returned "
        "only where none that holds was found."
    )
    generator: Generator
    summary: str


class PermittedChangeOut(_Out):
    """How far one feature may change."""

    feature: str = Field(description="The feature's name in the schema.")
    label: str = Field(description="The feature in words.")
    start: Value = Field(
        serialization_alias="from", validation_alias="from", description="The value as it is, in `unit`."
    )
    end: Value = Field(
        serialization_alias="to",
        validation_alias="to",
        description="The furthest permitted value, in `unit`.",
    )
    step: float | None = Field(description="In which steps it changes, in `unit`; null for yes or no.")
    unit: str | None = Field(description="The unit of its numbers; null for yes or no.")


class ConditionsOut(_Out):
    """What the finding holds for: the schema's limits and the request's constraints together."""

    max_changes: int = Field(description="How many features may change at once, those that move along aside.")
    permitted: list[PermittedChangeOut] = Field(description="Which features may change, and how far.")


class RelaxedOut(_Out):
    """What more changes at once would give; ask for it with `constraints.max_changes`."""

    max_changes: int = Field(description="How many features would change at once.")
    lowest_reachable_risk: float = Field(
        description="The lowest risk that is then in reach, or found so far."
    )
    proved: bool = Field(description="Proved: nothing that is permitted then goes lower.")
    reaches_target: bool = Field(description="Whether that is at or below the target.")


class InfeasibleOut(_Out):
    """The lowest risk in reach, whether that is proved, and the changes that reach it.

    All of it holds under `conditions`, and says nothing of what lies outside them.
    """

    lowest_reachable_risk: float
    proved: bool = Field(description="Proved: nothing that is permitted under `conditions` goes lower.")
    risk_bound: float | None = Field(
        None,
        description="Nothing that is permitted goes below this. Null in answers recorded before bounds were.",
    )
    reached_by: list[ChangeOut]
    conditions: ConditionsOut | None = Field(
        None, description="What the finding holds for. Null in answers recorded before conditions were."
    )
    relaxed: list[RelaxedOut] = Field(
        [], description="What more changes at once would give, where that lowers the risk further."
    )


class ModelOut(_Out):
    """The model that answered."""

    name: str
    version: str


class PredictionOut(_Out):
    """The risk as it is now."""

    risk: float
    threshold: float
    target: float
    label: str


class GenerationOut(_Out):
    """How the answer came about."""

    proposals: int
    well_formed: int
    valid: int
    repaired: int
    llm_model: str | None
    prompt_version: str | None
    degraded: str | None = Field(
        description="What was away, or of no use, while the answer was made; joined by a comma, null if "
        "nothing was. `llm_unavailable`, `llm_timeout`: no completion came. `llm_no_proposal`: one came, but "
        "nothing in it was a well-formed proposal. These three pass: an equal question is answered anew. "
        "`llm_not_taught`: the language model was tuned for another model. `cache_unavailable`: the answer "
        "took longer."
    )
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    llm_ms: float | None = None
    cached: bool = False
    elapsed_ms: float


class CounterfactualsAnswer(_Out):
    """A recorded answer. A counterfactual is an association found by a model, not a causal promise."""

    id: UUID
    patient_id: str
    created_at: datetime
    model: ModelOut
    prediction: PredictionOut
    status: Status
    counterfactuals: list[CounterfactualOut]
    infeasible: InfeasibleOut | None
    generation: GenerationOut
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

    def again(self, elapsed_ms: float) -> Self:
        """The same answer, as told from the cache."""
        told = self.generation.model_copy(update={"cached": True, "elapsed_ms": elapsed_ms})
        return self.model_copy(update={"generation": told})
