"""The wire form of the question that an answer is of."""

from pydantic import Field

from app.domain.counterfactual import Diversity, Generator
from app.domain.schema import Value
from app.domain.scope import Inclusion, Programme
from app.usecases.counterfactuals.option_schemas import Told
from app.usecases.said_days import DayOut


class AskedConstraints(Told):
    """The limits that options kept to."""

    features_to_vary: list[str] | None = Field(
        description="What was to vary, each feature by its name; null where everything actionable was."
    )
    features_to_keep: list[str] = Field(
        description="What no option was to change, each feature by its name; with what the patient's "
        "preferences kept where the question used them."
    )
    permitted_range: dict[str, tuple[float | None, float | None]] = Field(
        description="Low and high bound of what a changed feature was to end at; null where a side was open. "
        "Of a yes or no, 0 and 1."
    )
    max_changes: int | None = Field(
        description="The most behaviours to change at once. Null in answers recorded before it was kept."
    )


class AskedPreferences(Told):
    """What was wanted of the options, with defaults filled in."""

    count: int = Field(description="The most options, and the most improvements.")
    min_robustness: float = Field(description="The least share (0-1) of refits and draws to survive.")
    generator: Generator = Field(description="Who was to propose.")
    include: list[Inclusion] = Field(description="What might be changed beside what people do.")
    programme: Programme = Field(description="How far changes were to go.")
    diversity: Diversity = Field(description="Which options were to be chosen among those that hold.")
    always: bool = Field(description="Whether `frontier` and `improvements` were wanted in any case.")


class QuestionOut(Told):
    """A question as it was understood: themes by their features, defaults by their values."""

    features: dict[str, Value] = Field(description="The feature vector.")
    days: list[DayOut] = Field(
        [],
        description="Days of the person that were told, oldest first. Empty where none were, and in answers "
        "recorded before they could be.",
    )
    target: dict[str, float] = Field(
        description="What was wished for: its kind (`max_risk`, `relative_reduction` or "
        "`absolute_reduction`) and its amount."
    )
    constraints: AskedConstraints = Field(description="The limits that options kept to.")
    preferences: AskedPreferences = Field(description="What was wanted of the options.")
