"""What would be, in words: nobody is to take an estimate with supposed values for one of what is."""

from collections.abc import Sequence

from app.domain.counterfactual import Change
from app.domain.schema import FeatureSchema
from app.domain.wording import inline, span, value_alone, value_text
from app.fhir.goal import change_text, plain_value
from app.fhir.occasion import Occasion

HYPOTHETICAL = "Hypothetical: the estimate is of supposed values, not of this person's present ones."
WHAT_IF = "In a what-if, whose values may be supposed ones"


def supposed(occasion: Occasion, changes: Sequence[Change], along: Sequence[Change] = ()) -> str:
    """What an estimate supposes: "If body mass index were 33.0 kg/m² (with weight 95.4 kg)".

    `along`: what moves along, or follows on average.
    """
    if not changes:
        return "If nothing changed"
    told = " and ".join(_were(occasion.schema, change) for change in changes)
    others = ", ".join(_is(occasion.schema, change) for change in along)
    return f"If {told}" + (f" (with {others})" if others else "")


def reached(occasion: Occasion, changes: Sequence[Change], linked: Sequence[Change] = ()) -> str | None:
    """Which changes reach an estimate, as a bound and not as an option; None without any."""
    if not changes:
        return None
    told = "; ".join(_span(occasion, change, linked) for change in changes)
    return f"Reached with {told}. That tells how far down the estimate goes, and is no option."


def _span(occasion: Occasion, change: Change, linked: Sequence[Change]) -> str:
    schema = occasion.acting(change)
    return span(schema, change, linked) if schema else inline(change_text(change))


def _were(schema: FeatureSchema | None, change: Change) -> str:
    return f"{inline(change.label)} were {_value(schema, change)}"


def _is(schema: FeatureSchema | None, change: Change) -> str:
    if schema is None or change.feature not in schema:
        return f"{inline(change.label)} {_value(schema, change)}"
    return value_text(schema[change.feature], change.after)


def _value(schema: FeatureSchema | None, change: Change) -> str:
    if schema is None or change.feature not in schema:
        return plain_value(change)
    return value_alone(schema[change.feature], change.after)
