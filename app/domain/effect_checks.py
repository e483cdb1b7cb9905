"""What cannot be in the roles, themes and effects of a schema, however well each of its keys is formed."""

from collections.abc import Iterator
from typing import TypeGuard

from app.domain.effects import Effect
from app.domain.feature import Action, Condition, Direction, Feature, Kind, Range, Role
from app.domain.links import LinearLink, RuleLink
from app.domain.schema import FeatureSchema


def role_faults(schema: FeatureSchema, feature: Feature) -> Iterator[str]:
    """What is wrong with how a feature comes to change; each needs the feature's name before it."""
    if feature.role is Role.BEHAVIOUR and feature.action is None:
        yield "its role is behaviour, but it has no action"
    if feature.role in (Role.CONSEQUENCE, Role.TREATMENT) and feature.action is not None:
        yield f"its role is {feature.role}, so it has no action of its own"
    if feature.role is Role.TREATMENT and feature.treatment is None:
        yield "its role is treatment, but there is no [feature.treatment]"
    if feature.role is Role.CONSEQUENCE and not _effects_on(schema, feature.name):
        yield "its role is consequence, but no effect moves it"
    if feature.treatment is not None and feature.role not in (Role.CONSEQUENCE, Role.TREATMENT):
        yield "treatment belongs to what follows or is treated: its role must be consequence or treatment"
    if feature.role is Role.BEHAVIOUR and feature.theme is None:
        yield "a behaviour needs a theme"
    if feature.role is None and feature.theme is not None:
        yield "it has a theme, but no role"
    if feature.always is not None and feature.action is None:
        yield "always is said of an action, and it has none"
    for name, action in (("action", feature.action), ("treatment", feature.treatment)):
        if action is not None:
            yield from (f"{name}: {fault}" for fault in _action_faults(schema, feature, action))
    if feature.consequence is not None:
        yield from _consequence_faults(schema, feature)


def effect_faults(schema: FeatureSchema) -> Iterator[str]:
    """What is wrong with effects, each one sentence that names driver and feature."""
    for place, effect in enumerate(schema.effects):
        for other in schema.effects[:place]:
            if _may_meet(schema, effect, other):
                yield f"two effects of {effect.driver} on {effect.feature} may hold of one person"
        name = f"the effect of {effect.driver} on {effect.feature}"
        yield from (f"{name}: {fault}" for fault in _effect_faults(schema, effect))


def _may_meet(schema: FeatureSchema, first: Effect, second: Effect) -> bool:
    """Whether two effects are of one driver on one feature, and some person meets both conditions."""
    if (first.driver, first.feature) != (second.driver, second.feature):
        return False
    if not all(name in schema for name in (*first.when, *second.when)):
        return False  # another fault says so
    return not any(
        _exclude(first.when[name], second.when[name]) for name in first.when if name in second.when
    )


def _exclude(first: object, second: object) -> bool:
    if _is_range(first) and _is_range(second):
        return first[1] < second[0] or second[1] < first[0]
    if isinstance(first, tuple) and isinstance(second, tuple):
        return not set(first) & set(second)
    return first is not second


def _effects_on(schema: FeatureSchema, name: str) -> list[Effect]:
    return [effect for effect in schema.effects if schema.moved_by(effect) == name]


def _action_faults(schema: FeatureSchema, feature: Feature, action: Action) -> Iterator[str]:
    yield from _condition_faults(schema, action.when)
    for other in action.limits:
        yield from _condition_faults(schema, other.when)
        yield from _range_faults("one of its limits", other.limit, feature.clinical)
    if action.whole and not (feature.is_numeric and action.reaches_limit):
        yield "whole belongs to a number whose action reaches its limit"
    driven = [link for link in schema.links if link.driver == feature.name]
    followers = [link.feature for link in driven if not isinstance(link, RuleLink)]
    if action.told_by is not None and action.told_by not in followers:
        yield f"it is told by {action.told_by}, which does not follow it by a link"
    if action.intensive is not None:
        for key in ("max_change", "max_change_share"):
            usual, more = getattr(action, key), getattr(action.intensive, key)
            if more is not None and (usual is None or more < usual):
                yield f"an intensive programme goes no less far than the usual one: {key}"


def _consequence_faults(schema: FeatureSchema, feature: Feature) -> Iterator[str]:
    rule = feature.consequence
    assert rule is not None
    if not feature.is_numeric:
        yield "consequence belongs to a number"
    elif not _effects_on(schema, feature.name):
        yield "consequence says how effects come together, but no effect moves it"
    yield from _range_faults("the limit of its consequence", rule.limit, feature.clinical)
    for cap in rule.caps:
        yield from _condition_faults(schema, cap.when)
        if (cap.most is None) == (cap.most_share is None):
            yield "a cap needs either most or most_share"


def _effect_faults(schema: FeatureSchema, effect: Effect) -> Iterator[str]:
    yield from _condition_faults(schema, effect.when)
    yield from _driver_faults(schema, effect)
    feature = schema[effect.feature]
    if isinstance(link := schema.link_of.get(effect.feature), LinearLink):
        yield f"{effect.feature} follows {link.driver}: name that instead"
        return
    moved = schema[schema.moved_by(effect)]
    if not feature.is_numeric or not moved.is_numeric:
        yield f"no effect moves a {feature.kind}"
    elif moved.consequence is None:
        yield (
            f"{moved.name} needs [feature.consequence]: its limit keeps what several drivers bring about "
            "within the clinical range"
        )
    elif moved.role is None:
        yield f"{moved.name} has no role: what effects move is a consequence, or a behaviour"
    if effect.feature != moved.name and not (feature.clinical and feature.clinical[0] > 0):
        yield f"{feature.name} keeps its ratio to {moved.name}, so its clinical range must lie above 0"
    yield from _exclusion_faults(schema, effect, moved.name)


def _exclusion_faults(schema: FeatureSchema, effect: Effect, moved: str) -> Iterator[str]:
    rivals = [other for other in _effects_on(schema, moved) if other.driver != effect.driver]
    for name in effect.excludes:
        theirs = [other for other in rivals if other.driver == name]
        if not theirs:
            yield f"it excludes {name}, which has no effect on the same feature"
        if any(effect.driver in other.excludes for other in theirs):
            yield f"it excludes {name}, whose effect excludes it: with both, neither would count"


def _driver_faults(schema: FeatureSchema, effect: Effect) -> Iterator[str]:
    link = schema.link_of.get(effect.driver)
    root, driver = schema[schema.root_of(effect.driver)], schema[effect.driver]
    if root.action is None:
        yield f"{effect.driver} is no driver: it has no action, and follows none"
        return
    if root.action.direction is Direction.MOVES:
        yield f"{root.name} is a category, which changes by moves: an effect needs a driver that goes one way"
        return
    if root.action.direction is Direction.TOWARDS:
        yield f"the action on {root.name} goes towards a range: an effect needs one direction"
    if isinstance(link, RuleLink):
        yield f"{effect.driver} follows {link.driver} by a rule: name that instead"
    if isinstance(link, LinearLink) and _falls(link):
        yield f"{effect.driver} follows {link.driver} by a slope that is not above 0"
    is_moved = bool(_effects_on(schema, root.name))
    if is_moved and (root.action.whole or effect.above is not None):
        yield f"{root.name} is moved by effects itself, so its effects go by the unit: not whole, no above"
    if driver.kind is Kind.BOOLEAN or root.action.whole:
        if effect.per != 1 or effect.above is not None:
            yield "per and above count parts of an action, and this one is whole"
    elif effect.above is not None and not _inside(effect.above, driver.clinical):
        yield "above lies outside the clinical range of its driver"


def _falls(link: LinearLink) -> bool:
    return any(not isinstance(slope, str) and slope <= 0 for slope in link.slopes.values())


def _condition_faults(schema: FeatureSchema, condition: Condition) -> Iterator[str]:
    for name, wanted in condition.items():
        if name not in schema:
            yield f"a condition names {name}, which is not a feature"
            continue
        feature = schema[name]
        if feature.kind is Kind.BOOLEAN and not isinstance(wanted, bool):
            yield f"a condition on {name} must be true or false"
        elif feature.kind is Kind.CATEGORY:
            known = {category.value for category in feature.categories}
            if isinstance(wanted, bool) or not set(wanted) <= known:
                yield f"a condition on {name} names a category that it does not have"
            elif not wanted:
                yield f"a condition on {name} names no category, so that it holds of nobody"
        elif feature.is_numeric:
            if not _is_range(wanted):
                yield f"a condition on {name} must be a range"
            elif feature.clinical and (wanted[1] < feature.clinical[0] or feature.clinical[1] < wanted[0]):
                yield f"a condition on {name} holds of nobody: it lies outside the clinical range"
            elif wanted[0] > wanted[1]:
                yield f"a condition on {name} runs from {wanted[0]:g} to {wanted[1]:g}, which is no range"


def _is_range(wanted: object) -> TypeGuard[Range]:
    return (
        isinstance(wanted, tuple) and len(wanted) == 2 and all(isinstance(end, int | float) for end in wanted)
    )


def _range_faults(what: str, limit: Range, clinical: Range | None) -> Iterator[str]:
    if limit[0] > limit[1]:
        yield f"{what} runs from {limit[0]:g} to {limit[1]:g}, which is no range"
    elif clinical is not None and not (clinical[0] <= limit[0] and limit[1] <= clinical[1]):
        yield f"{what} goes beyond clinical"


def _inside(value: float, clinical: Range | None) -> bool:
    return clinical is None or clinical[0] <= value <= clinical[1]
