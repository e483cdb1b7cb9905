"""The wire forms of a question and its answer."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import (
    BeforeValidator,
    Field,
    StrictBool,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

from app.domain.ask_next import AskNextTold
from app.domain.carried_over import carried_words
from app.domain.certainty import BandTold, CertaintyTold, ObservedTold
from app.domain.counterfactual import (
    AlwaysSaid,
    Conditions,
    Diversity,
    Generator,
    LeverAlone,
    Shortfall,
    Status,
)
from app.domain.degraded import Degraded
from app.domain.improvement import MOST_POINTS, FrontierPoint, NoImprovement
from app.domain.input_warning import InputWarning
from app.domain.scope import Inclusion, Programme
from app.domain.target import Target, TargetKind
from app.ingest.fhir.record import MeasuredTold, NotUsedTold, ProvenanceTold
from app.usecases.counterfactuals.option_schemas import (
    CounterfactualOut,
    ImprovementOut,
    InfeasibleOut,
    Told,
)
from app.usecases.counterfactuals.question_schemas import QuestionOut
from app.usecases.patient_record import SaysFeatures, SaysWhose
from app.usecases.request_model import PatientId, RequestModel
from app.usecases.said_days import SaysDays


def _is_number(value: object) -> object:
    """Refuse what pydantic would turn into a number: booleans and numbers in quotes."""
    if isinstance(value, bool | str):
        raise ValueError("must be a number")
    return value


Number = Annotated[float, Field(allow_inf_nan=False), BeforeValidator(_is_number)]
Share = Annotated[float, Field(allow_inf_nan=False, ge=0, le=1), BeforeValidator(_is_number)]
InnerShare = Annotated[float, Field(allow_inf_nan=False, gt=0, lt=1), BeforeValidator(_is_number)]
"""Between none and all, without either."""


_NO_BOUND = (
    "must be two numbers, of which null leaves one open, or true or false; a category has no range: name it "
    "in `features_to_keep` for it to stay as it is"
)


def _bound(value: object, read: ValidatorFunctionWrapHandler) -> object:
    """A number, or the value of a yes or no; the schema says which of the two a feature takes."""
    if isinstance(value, str):
        raise ValueError(_NO_BOUND)
    return value if isinstance(value, bool) else read(value)


def _both_ends(value: object) -> object:
    """Of a yes or no, the value alone stands for both ends."""
    if isinstance(value, str):
        raise ValueError(_NO_BOUND)
    return (value, value) if isinstance(value, bool) else value


Bound = Annotated[Number, WrapValidator(_bound, json_schema_input_type=float | bool)]
Range = Annotated[
    tuple[Bound | None, Bound | None],
    BeforeValidator(_both_ends, json_schema_input_type=bool | tuple[Bound | None, Bound | None]),
]
MOST_NAMED = 100
"""Features or themes in a list."""


class TargetIn(RequestModel):
    """The risk that a suggestion must not exceed, or how far it must bring the risk down: one of three."""

    max_risk: InnerShare | None = Field(
        None, description="The highest risk (0-1) that a suggestion may end at."
    )
    relative_reduction: InnerShare | None = Field(
        None,
        description="The share of the present risk (0-1) that a suggestion must take off: 0.2 brings 50 % "
        "down to 40 %. It holds where each refit and each draw falls by that share of its own start.",
    )
    absolute_reduction: InnerShare | None = Field(
        None,
        description="How much (0-1) a suggestion must take off the present risk: 0.1 brings 50 % down to "
        "40 %. It holds where each refit and each draw falls by so much from its own start.",
    )

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if len(self.model_dump(exclude_none=True)) != 1:
            raise ValueError(f"must hold exactly one of {', '.join(TargetKind)}")
        return self

    def wish(self) -> Target:
        """The one that is given."""
        [(kind, amount)] = self.model_dump(exclude_none=True).items()
        return Target(TargetKind(kind), amount)


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
    use_preferences: StrictBool = Field(
        False,
        description="Also keep what the patient's preferences on record keep (GET "
        "/patients/{id}/preferences). A preference that has no options offered refuses the question (409) "
        "whatever this says.",
    )


class CounterfactualsRequest(SaysFeatures, SaysWhose, SaysDays):
    """A question: how could this patient's risk come down to the target?"""

    patient_id: PatientId
    model: str | None = Field(
        None, description="A hosted model, name or name@version; the configured one by default."
    )
    target: TargetIn | None = Field(None, description="The model's decision threshold by default.")
    constraints: ConstraintsIn | None = Field(
        None, description="The caller's own limits; the model's own alone by default."
    )
    count: Annotated[int, Field(strict=True, ge=1, le=10)] = Field(
        4, description="The most options that the answer holds, and the most improvements."
    )
    min_robustness: Share | None = Field(
        None,
        description="The least share of refits, noise and adherence draws that an option or an improvement "
        "must survive.",
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
    always: StrictBool = Field(
        False,
        description="Also tell the `frontier` and `improvements` where they would be left out: where the "
        "risk is at or below the target as it is, and `improvements` where an option holds.",
    )
    diversity: Diversity = Field(
        Diversity.STRATEGIES,
        description="Which options are chosen among those that hold. `strategies`: different ones, the best "
        "of each strategy, any two with at most half of their behaviours in common. `least_effort`: those "
        "of least effort, however alike.",
    )


class ModelOut(Told):
    """The model that answered."""

    name: str = Field(description="Its name.")
    version: str = Field(description="Its version.")


class PredictionOut(Told):
    """The risk as it is now."""

    risk: float = Field(description="The classifier's risk (0-1) of the vector that was sent.")
    threshold: float = Field(description="The model's decision threshold (0-1).")
    target: float = Field(description="The risk (0-1) that options stay at or below.")
    target_asked: dict[str, float] | None = Field(
        None,
        description="The target in the words of the request: its kind and its amount, the threshold as "
        "`max_risk` where none was named. Of a fall, options hold from each refit's and each draw's own "
        "start. Null in answers recorded before there were several kinds.",
    )
    label: str = Field(description="What the risk means against the threshold: high or low.")
    band: BandTold = None
    certainty: CertaintyTold = None
    observed: ObservedTold = None


class GenerationOut(Told):
    """How the answer came about."""

    proposals: int = Field(description="How many were asked of the language model.")
    well_formed: int = Field(description="How many of them could be read.")
    valid: int = Field(description="How many of these reached the target as they were proposed.")
    repaired: int = Field(description="How many did after repair.")
    llm_model: str | None = Field(description="The language model that was asked; null where none was.")
    prompt_version: str | None = Field(
        description="The version of what it was told; null where none was asked."
    )
    carried_over: str | None = Field(
        default_factory=lambda told: carried_words(told.get("prompt_version")),
        description="Where the language model was tuned for another model, and proposes for this one since "
        "that was measured to be better than examples in the prompt: for which, and the shares of valid "
        "proposals, such as `carried over from dysglycaemia@2: 63 % against 27 %`. Else null.",
    )
    degraded: list[Degraded] = Field(
        description="What was away, or of no use, while the answer was made; empty if nothing was. "
        "`llm_unavailable`, `llm_timeout`: no completion came. `llm_no_proposal`: one came, but "
        "nothing in it was a well-formed proposal. These three pass: an equal question is answered anew. "
        "`llm_not_taught`: the language model was tuned for another model. `cache_unavailable`: the answer "
        "took longer. `deadline`: the wait that was asked for was over first, and the answer has what there "
        "was by then; this passes, too."
    )
    prompt_tokens: int | None = Field(None, description="Tokens that it read; null where it did not say.")
    completion_tokens: int | None = Field(
        None, description="Tokens that it wrote; null where it did not say."
    )
    llm_ms: float | None = Field(None, description="Milliseconds that it took; null where it was not asked.")
    cached: bool = Field(False, description="Told from the cache; the figures are those of the first time.")
    elapsed_ms: float = Field(description="Milliseconds from the request to the answer.")


class CounterfactualsAnswer(Told):
    """A recorded answer. A counterfactual is an association found by a model, not a causal promise."""

    id: UUID = Field(description="Of the answer; GET /counterfactuals/{id} gives it again.")
    patient_id: str = Field(description="The caller's own id of the patient.")
    created_at: datetime = Field(description="When it was first given.")
    model: ModelOut = Field(description="The model that answered.")
    prediction: PredictionOut = Field(description="The risk as it is now.")
    status: Status = Field(
        description="How the question ended; all four are findings. `outcome_measured`: the estimate is at "
        "or below the target, but a measured result shows that the outcome is there, and it counts."
    )
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
    improvements: list[ImprovementOut] = Field(
        [],
        description="What lowers the risk by 2 points or more (less for a model whose threshold is near 0 or "
        "1), and in enough refits and draws, by effort: "
        "where no option holds, or with `always`. They do not claim to reach the target. Empty in answers "
        "recorded before this was told.",
    )
    no_improvement: NoImprovement | None = Field(
        None, description="Why there are no improvements where there should be; else null."
    )
    frontier: list[FrontierPoint] = Field(
        [],
        description=f"The least effort for each level of risk in reach, at most {MOST_POINTS} points, by "
        "effort. Empty where nothing permitted lowers the risk, where the risk is at or below the target "
        "(unless `always`), and in answers recorded before this was told.",
    )
    conditions: Conditions | None = Field(
        None,
        description="What options, improvements, the frontier and every proof hold for. Null where nothing "
        "was searched for, and in answers recorded before this was told.",
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
    question: QuestionOut = Field(description="What was asked, as it was understood.")
    warnings: list[InputWarning] = Field(
        [],
        description="Values of the question that should be checked: outside what was observed, or unusual "
        "beside the others. Risk and options take them as they are. A what-if repeats the warnings of the "
        "answer that it departed from. Empty in answers recorded before values were checked.",
    )
    provenance: ProvenanceTold = Field({})
    not_used: NotUsedTold = Field([])
    measured_outcome: MeasuredTold = None
    ask_next: AskNextTold = Field([])
    based_on: UUID | None = Field(
        None,
        description="The answer that a what-if on the patient's page departed from; this one's values may be "
        "supposed ones. Null where a caller asked.",
    )
    refines: UUID | None = Field(
        None,
        description="The answer to the same question that was given in a hurry (`Prefer: wait`), and that "
        "this one was worked out behind, with all the time that it takes. Null of other answers.",
    )

    @property
    def offered(self) -> list[CounterfactualOut]:
        """All that feedback may be about: options, then improvements."""
        return [*self.counterfactuals, *self.improvements]

    def as_cached(self, elapsed_ms: float) -> Self:
        """The same answer, as told from the cache."""
        generation = self.generation.model_copy(update={"cached": True, "elapsed_ms": elapsed_ms})
        return self.model_copy(update={"generation": generation})
