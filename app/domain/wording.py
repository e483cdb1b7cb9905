"""Plain sentences for clinicians: options, never orders; numbers with units."""

import math
from collections.abc import Iterator, Sequence

from app.domain.counterfactual import BroughtAlong, Change
from app.domain.feature import Action, Feature, Kind
from app.domain.patient_effects import Contained
from app.domain.schema import FeatureSchema, Value
from app.domain.tolerances import SAME

_WHOLE_POINT = 0.01
_LEAST_TOLD = 0.0005
PERCENTAGE_POINTS = "percentage points"


def summary(schema: FeatureSchema, changes: Sequence[Change], linked: Sequence[Change] = ()) -> str:
    """One sentence for an option: "Consider sitting less, from 480 to 390 min/day."."""
    parts = [_clause(schema, change, linked) for change in changes]
    actions = [schema[change.feature].action for change in changes]
    cautions = dict.fromkeys(action.caution for action in actions if action and action.caution)
    return " ".join([f"Consider {_listed(parts)}.", *cautions])


def consider(feature: Feature, before: Value, after: Value) -> str:
    """What to consider for one feature, without numbers: "Consider sitting less"."""
    if feature.action is None:
        return f"{feature.label} moves along"
    return f"Consider {feature.action.verb_for(before, after)}"


def points_text(reduction: float, least: float) -> str:
    """A fall of the risk in points: "1.3 points"; one that is short of the least worth offering looks so."""
    points, places = 100 * max(reduction, 0.0), 1 if least >= _WHOLE_POINT else 2
    if reduction < least and f"{points:.{places}f}" == f"{100 * least:.{places}f}":
        places += 1
    return f"{points:.{places}f} points"


def nothing_helps(
    largest: float,
    least: float,
    least_share: float,
    proved: bool,
    holds: bool,
    unknown: Sequence[Feature] = (),
) -> str:
    """That no permitted change is worth offering, why, and what that does not say.

    `largest`: the largest fall of the risk that was found; `least`: the smallest that is offered.
    `unknown`: features that could change if their values were known.
    """
    known = "It is proved that no permitted change" if proved else "No permitted change was found that"
    further = f" by more than {points_text(largest, least)}" if largest > 0 else ""
    said = [f"{known} lowers this estimate{further}."]
    if largest > 0:
        wanting = "too little" if largest < least else "not reliable enough"
        if not holds:
            said.append(f"That fall shows in less than {100 * least_share:.0f} % of refits or draws.")
        said.append(f"It is {wanting} to offer as help.")
    if unknown:
        names = ", ".join(inline(feature.label) for feature in unknown)
        said.append(f"Not known, and so not considered: {names}.")
    said.append("It is about this model's estimate alone: what the model does not see may help all the same.")
    return " ".join(said)


def risk_text(risk: float, beside: float | None = None) -> str:
    """A risk as clinicians read it, in whole per cent; one below 1 % with a decimal.

    It has as many decimals more as tell it from another one `beside` it, so that 30.2 % is not told as the
    30 % that it misses. Only 0 and 1 are told as certain.
    """
    decimals = risk_decimals(risk)
    while beside is not None and decimals < 4 and risk != beside and not _is_clear(risk, beside, decimals):
        decimals += 1
    if decimals == 0 and 0 < risk < _LEAST_TOLD:
        return "< 0.1 %"
    if decimals == 0 and risk < 1 and _same(risk, 1, 0):
        return "> 99 %"
    return f"{100 * risk:.{decimals}f} %"


def _is_clear(risk: float, beside: float, decimals: int) -> bool:
    """Whether so many decimals tell it from the other without making a certainty of it, such as 0.0 %."""
    certain = decimals > 0 and any(risk != end and _same(risk, end, decimals) for end in (0.0, 1.0))
    return not certain and not _same(risk, beside, decimals)


def _same(one: float, other: float, decimals: int) -> bool:
    return f"{100 * one:.{decimals}f}" == f"{100 * other:.{decimals}f}"


def risk_decimals(risk: float) -> int:
    """How many decimals of a per cent tell a risk: one below 1 %, none above."""
    return 1 if 0 < round(100 * risk, 1) < 1 else 0


def is_set(line: float) -> bool:
    """Whether a threshold or target is one that somebody chose, of at most two decimals of a per cent."""
    return abs(round(line, 4) - line) < SAME


def line_text(line: float) -> str:
    """A threshold or target as it was chosen, such as "7.5 %"; one that was worked out as risks are told."""
    return f"{100 * round(line, 4):.4g} %" if is_set(line) else risk_text(line)


def inline(label: str) -> str:
    """A label within a sentence: "Waist" without its capital, "HDL cholesterol" and "HbA1c" with all."""
    first, *_ = label.split(" ", 1)
    is_a_word = label[1:2].islower() and first[1:] == first[1:].lower()
    return label[0].lower() + label[1:] if is_a_word else label


def and_list(names: Sequence[str]) -> str:
    """Names within a sentence: "a, b and c"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def value_text(feature: Feature, value: Value) -> str:
    """A feature and its value in words: "waist 104.0 cm"."""
    is_answer = feature.kind is Kind.BOOLEAN and value is not None
    return f"{inline(feature.label)}{':' if is_answer else ''} {value_alone(feature, value)}"


def value_alone(feature: Feature, value: Value) -> str:
    """A feature's value in words: "104.0 cm"."""
    if value is None:
        return "unknown"
    if feature.kind is Kind.CATEGORY:
        return category_label(feature, value)
    if feature.kind is Kind.BOOLEAN:
        return "yes" if value else "no"
    return f"{number(feature, float(value))}{_unit(feature)}"


def difference_text(feature: Feature, difference: float) -> str:
    """By how much a value is another, in words: a difference of per cents is one of percentage points."""
    unit = difference_unit(feature.unit)
    return f"{number(feature, difference)} {unit}" if unit else number(feature, difference)


def difference_unit(unit: str | None) -> str | None:
    """The unit of a difference of two values."""
    return PERCENTAGE_POINTS if unit == "%" else unit


def category_label(feature: Feature, value: Value) -> str:
    """What people call a value of a category."""
    return next(category.label for category in feature.categories if category.value == value)


def within(feature: Feature, value: Value) -> str:
    """A value that is no number within a sentence: "every day", "Mediterranean", "yes"."""
    if feature.kind is Kind.CATEGORY:
        return next(category.within for category in feature.categories if category.value == value)
    return value_alone(feature, value)


def number(feature: Feature, value: float) -> str:
    """A value with no more decimals than the feature's precision has."""
    return f"{value:.{_decimals(feature)}f}"


def plain(feature: Feature, value: float) -> str:
    """The same without decimals that are nought: 56.4, but 43."""
    return f"{round(value, _decimals(feature)):.12g}"


def _decimals(feature: Feature) -> int:
    return max(0, -math.floor(math.log10(feature.precision)))


def _clause(schema: FeatureSchema, change: Change, linked: Sequence[Change]) -> str:
    feature = schema[change.feature]
    assert feature.action is not None
    if feature.kind is Kind.BOOLEAN:
        return feature.action.verb
    verb = feature.action.verb_for(change.before, change.after)
    return f"{verb}, {_numbers(schema, change, linked, named=False)}"


def span(schema: FeatureSchema, change: Change, linked: Sequence[Change] = ()) -> str:
    """A change without its verb, by what people speak of: "weight from 95.7 to 87.0 kg (body mass …)"."""
    feature = schema[change.feature]
    if feature.kind is Kind.BOOLEAN:
        return value_text(feature, change.after)
    return _numbers(schema, change, linked, named=True)


def _numbers(schema: FeatureSchema, change: Change, linked: Sequence[Change], named: bool) -> str:
    """Numbers of a change and of what moves along; those that are not what people speak of by name."""
    action = schema[change.feature].action
    assert action is not None
    first, *others = _in_order(action, [change, *_moved_along(schema, change, linked)])
    aside = ", ".join(_span(schema[other.feature], other) for other in others)
    is_other = action.told_by is not None and first.feature != action.told_by
    told = _span(schema[first.feature], first, named=named or is_other)
    return f"{told}{f' ({aside})' if aside else ''}"


def _moved_along(schema: FeatureSchema, change: Change, linked: Sequence[Change]) -> Iterator[Change]:
    for other in linked:
        if schema.link_of[other.feature].driver == change.feature:
            yield other


def _in_order(action: Action, changes: Sequence[Change]) -> list[Change]:
    """The change whose numbers people speak of first."""
    return sorted(changes, key=lambda change: change.feature != action.told_by)


def brought_along(
    schema: FeatureSchema, along: Sequence[BroughtAlong], contained: Sequence[Contained] = ()
) -> str | None:
    """What follows from the changes of an option, and what is not added to it; None where nothing does."""
    sentences = []
    if along:
        parts = [f"{_span(schema[one.feature], one)} ({_between(schema[one.feature], one)})" for one in along]
        sentences.append(f"By averages of trials, such changes bring along: {_listed(parts)}.")
    for name in dict.fromkeys(one.effect.feature for one in contained):
        own = [_not_added(schema, one) for one in contained if one.effect.feature == name]
        where = inline(schema[name].label)
        sentences.append(f"The goal says where {where} ends, so that these are not added: {_listed(own)}.")
    return " ".join([*sentences, "People differ."]) if sentences else None


def _not_added(schema: FeatureSchema, one: Contained) -> str:
    feature, driver = schema[one.effect.feature], schema[one.driver]
    assert driver.action is not None
    size = f"{number(feature, abs(one.size))}{_unit(feature)} {'more' if one.size > 0 else 'less'}"
    return f"{driver.action.verb_at_limit or driver.action.verb}, {size} on average"


def _between(feature: Feature, along: BroughtAlong) -> str:
    return f"{number(feature, along.low)} to {number(feature, along.high)}"


def _span(feature: Feature, change: Change, named: bool = True) -> str:
    if feature.kind is Kind.BOOLEAN:
        return value_text(feature, change.after)
    before, after = (_end(feature, value) for value in (change.before, change.after))
    name = f"{inline(feature.label)} " if named else ""
    return f"{name}from {before} to {after}{_unit(feature)}"


def _end(feature: Feature, value: Value) -> str:
    if feature.kind is Kind.CATEGORY:
        return within(feature, value)
    return number(feature, float(value or 0))


def _unit(feature: Feature) -> str:
    """The unit after a space; a ratio or a score has none."""
    return f" {feature.unit}" if feature.unit else ""


def _listed(parts: Sequence[str]) -> str:
    """Join clauses that may hold commas of their own."""
    if len(parts) == 1:
        return parts[0]
    return "; ".join(parts[:-1]) + "; and " + parts[-1]
