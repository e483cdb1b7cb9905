"""What cannot be in one feature of a schema, however well each of its keys is formed."""

from collections.abc import Iterator

from app.domain.feature import Action, Direction, Feature, Kind, MissingPolicy, Monotonicity, Range
from app.domain.move_checks import move_faults, no_move_faults
from app.domain.tolerances import GIVEN_SLACK

LEAST_PRECISION = 1e-5
"""Values of levers are kept to six decimals."""
EXACT = 2**24
"""Classifiers take single-precision numbers: whole ones are told apart up to here."""
MOST_STEPS = 1000
"""More values than these nobody needs to tell apart, and the search walks over all of them."""
_UNNAMEABLE = "[]<"
"""XGBoost takes no name of a column that holds one of these."""


def feature_faults(feature: Feature) -> Iterator[str]:
    """What is wrong with a feature, each a sentence that needs the feature's name before it."""
    if feature.kind is Kind.CATEGORY:
        yield from _category_faults(feature)
    if feature.is_numeric:
        yield from _number_faults(feature)
    else:
        yield from _countless_faults(feature)
    for action in filter(None, (feature.action, feature.treatment)):
        yield from (move_faults(feature, action) if feature.kind is Kind.CATEGORY else no_move_faults(action))
    for action in _variants(feature):
        if feature.kind is Kind.BOOLEAN:
            yield from _switch_faults(action)
        if feature.is_numeric and feature.clinical and feature.observed:
            yield from _action_faults(feature, action, feature.clinical, feature.observed)


def _variants(feature: Feature) -> Iterator[Action]:
    """Every action that anybody may get on a feature."""
    for action in filter(None, (feature.action, feature.treatment)):
        yield action
        if action.intensive is not None:
            yield action.in_intensive_programme()
        for other in action.limits:
            yield action.model_copy(update={"limit": other.limit})


def _category_faults(feature: Feature) -> Iterator[str]:
    values = [category.value for category in feature.categories]
    for what, names in (("value", values), ("label", [category.label for category in feature.categories])):
        if twice := _repeated(names):
            yield f"two categories have the {what} '{twice}'"
    for value in values:
        if held := next((sign for sign in _UNNAMEABLE if sign in value), None):
            yield f"the category '{value}' holds {held}, which XGBoost takes in no column's name"
    if feature.risk is not Monotonicity.FREE:
        yield "a category has no order, so risk must be free"


def _countless_faults(feature: Feature) -> Iterator[str]:
    """Of a yes or no, or a category."""
    for key in ("clinical", "observed"):
        if getattr(feature, key) is not None:
            yield f"{key} belongs to a number"
    if feature.noise:
        yield "noise belongs to a number"
    if feature.precision != 1:
        yield "precision belongs to a number"
    if feature.missing is MissingPolicy.DERIVED:
        yield "only a number can be derived"


def _number_faults(feature: Feature) -> Iterator[str]:
    assert feature.clinical is not None
    assert feature.observed is not None
    if feature.clinical[0] >= feature.clinical[1]:
        yield f"clinical runs from {feature.clinical[0]:g} to {feature.clinical[1]:g}, which is no range"
    if feature.observed[0] > feature.observed[1]:
        yield f"observed runs from {feature.observed[0]:g} to {feature.observed[1]:g}, which is no range"
    if not _within(feature.observed, feature.clinical):
        yield "observed goes beyond clinical"
    if feature.precision < LEAST_PRECISION:
        yield f"precision is below {LEAST_PRECISION:f}"
    elif max(map(abs, feature.clinical)) > EXACT * feature.precision:
        yield "clinical is too wide for its precision: single-precision numbers cannot tell its values apart"
    if feature.kind is Kind.INTEGER:
        for key in ("clinical", "observed"):
            if not all(float(end).is_integer() for end in getattr(feature, key)):
                yield f"{key} must have whole numbers, as its kind is integer"
        if not float(feature.precision).is_integer():
            yield "precision must be a whole number, as its kind is integer"


def _switch_faults(action: Action) -> Iterator[str]:
    """Of an action on a yes or no: it goes from one to the other."""
    if action.direction is Direction.TOWARDS:
        yield "a yes or no can decrease or increase, and goes towards no range"
    if action.step != 1 or action.limit != (0, 1) or action.reaches_limit:
        yield "a yes or no has one step: step, limit and reaches_limit belong to a number"
    if action.max_change is not None or action.max_change_share is not None:
        yield "a yes or no has one step: max_change and max_change_share belong to a number"


def _span(ends: Range) -> str:
    return f"{ends[0]:g} to {ends[1]:g}"


def _action_faults(feature: Feature, action: Action, clinical: Range, observed: Range) -> Iterator[str]:
    if not _is_multiple(action.step, feature.precision):
        yield f"step {action.step:g} is no multiple of its precision {feature.precision:g}"
    if "limit" not in action.model_fields_set:
        yield "action needs a limit"
    elif action.limit[0] > action.limit[1]:
        yield f"limit runs from {action.limit[0]:g} to {action.limit[1]:g}, which is no range"
    elif not _within(action.limit, clinical):
        yield f"limit goes beyond clinical: {_span(action.limit)} is not within {_span(clinical)}"
    elif action.reaches_limit and not all(_is_multiple(end, feature.precision) for end in action.limit):
        yield f"limit is reached, but is no multiple of its precision {feature.precision:g}"
    largest = max(map(abs, observed))
    if action.max_change is not None and action.max_change < action.step:
        yield "max_change is smaller than a step"
    if action.max_change_share is not None and action.max_change_share * largest < action.step - GIVEN_SLACK:
        yield "max_change_share is smaller than a step for everybody"
    if action.direction is not Direction.MOVES and _most_steps(action, clinical) > MOST_STEPS:
        yield f"a suggestion could take more than {MOST_STEPS} steps: step or max_change must be another"


def _most_steps(action: Action, clinical: Range) -> float:
    """The most steps that anybody could take."""
    low, high = action.limit
    spans = {
        Direction.DECREASE: clinical[1] - low,
        Direction.INCREASE: high - clinical[0],
        Direction.TOWARDS: max(high - clinical[0], clinical[1] - low),
    }
    share = (action.max_change_share or 1) * max(map(abs, clinical))
    reach = [spans[action.direction], *([action.max_change] if action.max_change else [])]
    return min([*reach, *([share] if action.max_change_share else [])]) / action.step


def _within(inner: Range, outer: Range) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _is_multiple(value: float, unit: float) -> bool:
    times = value / unit
    if abs(times) > EXACT:  # more than single precision can count
        return False
    return abs(times - round(times)) <= GIVEN_SLACK and (round(times) != 0 or value == 0)


def _repeated(names: list[str]) -> str | None:
    return next((name for name in names if names.count(name) > 1), None)
