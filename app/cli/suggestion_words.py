"""What a clinician reads of one person, as lines of text."""

from collections.abc import Iterator, Sequence

from app.classifiers.weakness import weaknesses
from app.domain.certainty import Certainty
from app.domain.counterfactual import BELOW, OptionChange
from app.domain.schema import FeatureSchema
from app.domain.sensor_cautions import sensor_cautions
from app.domain.wording import inline, line_text, risk_text
from app.engine.registry import ServedModel, consultation_of
from app.ingest.sensors.asking import Question
from app.usecases.counterfactuals.option_schemas import CounterfactualOut
from app.usecases.counterfactuals.schemas import CounterfactualsAnswer

_NOT_AN_ORDER = (
    "An option is an association that a model found: something to consider, not an order, and no promise. "
    "A low estimate rules nothing out."
)


def lines_of(served: ServedModel, question: Question, answer: CounterfactualsAnswer) -> Iterator[str]:
    """The estimate with its band, what is not known, weaknesses, options with their days, cautions."""
    schema = served.model.schema
    of = f", {question.day}" if question.day else ""
    yield f"{question.person_id}{of}: {schema.model.title} ({served.model.reference})"
    yield _estimate(served, answer)
    yield from _unknown(schema, question, answer)
    for warning in answer.warnings:
        name = warning.pointer.removeprefix("/features/")
        label = inline(schema[name].label) if name in schema else name
        yield f"To be checked: {label} {warning.detail.removesuffix('.')}."
    yield from _weaknesses(served)
    yield from _options(served, answer)
    yield from (f"Caution: {said}" for said in (*schema.card.cautions, *sensor_cautions(schema)))
    yield _NOT_AN_ORDER


def _estimate(served: ServedModel, answer: CounterfactualsAnswer) -> str:
    told = answer.prediction
    side = "above" if told.risk > told.threshold else "at or below"
    band = ""
    if told.band is not None:
        low, high = told.band
        low_text, high_text = (risk_text(end, told.threshold) for end in (low, high))
        band = f"; could be {low_text} to {high_text}"
        band += ", so that the side is unclear" if told.certainty is Certainty.UNCLEAR else ""
    says = consultation_of(served.model).estimate.says
    risk, threshold = risk_text(told.risk, told.threshold), line_text(told.threshold)
    return f"{says}: {risk} ({side} the threshold of {threshold}{band})."


def _unknown(schema: FeatureSchema, question: Question, answer: CounterfactualsAnswer) -> Iterator[str]:
    unknown = [inline(one.label) for one in schema.features if answer.question.features.get(one.name) is None]
    if unknown:
        yield f"Not known: {', '.join(unknown)}."
    for name in question.not_taken:
        yield f"The table tells {inline(schema[name].label)} as something that the model does not take."
    for name, count in question.not_taken_of_days.items():
        of = f"{count} days" if count > 1 else "one day"
        yield f"Of {of} beside, {inline(schema[name].label)} is left out: the model takes no such value."


def _weaknesses(served: ServedModel) -> Sequence[str]:
    """What the page says first of a model that tells people apart poorly."""
    card = served.model.card
    return weaknesses(card.performance.held_out) if card else ()


def _options(served: ServedModel, answer: CounterfactualsAnswer) -> Iterator[str]:
    target = line_text(answer.prediction.target)
    if answer.status in BELOW:
        yield f"The estimate is at or below {target} as it is: no option is looked for."
        return
    horizon = served.model.schema.model.horizon
    within = f", for {horizon}" if horizon else ""
    if answer.counterfactuals:
        yield f"Options that bring it to {target} or below{within}, least effort first:"
        yield from _each(answer.counterfactuals, answer.prediction.target)
        return
    proved = answer.infeasible is not None and answer.infeasible.proved
    none = (
        "It is proved that no permitted change brings"
        if proved
        else "No permitted change was found that brings"
    )
    yield f"{none} it to {target} or below{within}."
    if answer.improvements:
        yield "What lowers it all the same:"
        yield from _each(answer.improvements, answer.prediction.target)
    elif answer.no_improvement:
        yield answer.no_improvement.text


def _each(options: Sequence[CounterfactualOut], target: float) -> Iterator[str]:
    for option in options:
        name = f"{option.strategy.name}: " if option.strategy else ""
        fragile = " Fragile: it does not hold in enough refits and draws." if option.fragile else ""
        then = risk_text(option.risk, target)
        yield f"{option.rank}. {name}{option.summary} Estimate then {then}.{fragile}"
        yield from (f"   {words}" for words in map(_in_days, option.changes) if words)


def _in_days(change: OptionChange) -> str | None:
    return f"{change.label}: {change.on_days.words}" if change.on_days else None
