"""Everything that a well-formed schema may still not say, found before anybody is asked about.

The schema's own validator sees to what it could not be used without. What is checked here is true of what an
owner writes; schemas made from that one (unconstrained, reversed, complement) bend some of it on purpose.
"""

import math
from collections.abc import Callable, Iterator, Sequence

from app.domain.effect_checks import effect_faults, role_faults
from app.domain.feature import Feature, Kind, MissingPolicy
from app.domain.feature_checks import feature_faults
from app.domain.links import Identity, LinearLink, Link, ProportionalLink, RuleLink
from app.domain.schema import FeatureSchema
from app.domain.training_checks import training_faults

LEAST_THRESHOLD = 1e-6


def schema_faults(schema: FeatureSchema) -> Iterator[str]:
    """What is wrong with a schema, each one sentence that names the feature it is about."""
    for feature in schema.features:
        yield from (f"{feature.name}: {fault}" for fault in feature_faults(feature))
        yield from (f"{feature.name}: {fault}" for fault in _name_faults(feature, schema.features))
        yield from (f"{feature.name}: {fault}" for fault in role_faults(schema, feature))
    yield from effect_faults(schema)
    yield from _model_faults(schema)
    yield from training_faults(schema)
    for link in schema.links:
        yield from (f"{link.feature}: {fault}" for fault in _link_faults(schema, link))
    for relation in schema.relations:
        for name, factor in relation.terms.items():
            if schema[name].kind is Kind.CATEGORY:
                yield f"the relation '{relation.name}' names {name}, a category, which has no number"
            if factor == 0:
                yield f"the relation '{relation.name}' counts {name} 0 times"


def _name_faults(feature: Feature, features: Sequence[Feature]) -> Iterator[str]:
    others = [other for other in features if other is not feature]
    if twin := _first(others, lambda other: other.label == feature.label):
        yield f"it has the label of {twin.name}"
    codes = {(code.loinc, code.ucum) for code in feature.codes}
    if twin := _first(others, lambda other: any((code.loinc, code.ucum) in codes for code in other.codes)):
        yield f"one of its codes, in the same unit, is one of {twin.name}"


def _model_faults(schema: FeatureSchema) -> Iterator[str]:
    count = sum(bool(feature.action or feature.treatment) for feature in schema.features)
    # A schema is drafted before its owner says what can change: then nothing is suggested.
    if schema.model.max_changes > max(count, 1):
        can = f"only {count} features have an action" if count else "no feature has an action"
        yield f"model.max_changes is {schema.model.max_changes}, but {can}"
    if not LEAST_THRESHOLD <= schema.model.threshold <= 1 - LEAST_THRESHOLD:
        yield f"model.threshold is nearer than {LEAST_THRESHOLD:f} to 0 or 1"
    followers = {
        link.feature for link in schema.links if isinstance(link, ProportionalLink) and link.identity
    }
    for feature in schema.features:
        if feature.missing is MissingPolicy.DERIVED and feature.name not in followers:
            yield f"{feature.name}: it is derived, but no link has an identity for it"


def _link_faults(schema: FeatureSchema, link: Link) -> Iterator[str]:
    if sum(other.feature == link.feature for other in schema.links) > 1:
        yield "it has two links, but can follow one driver only"
    if isinstance(link, RuleLink):
        yield from _rule_faults(schema, link)
        return
    if schema[link.driver].kind is Kind.CATEGORY:
        yield f"a number cannot follow {link.driver}, a category: a yes or no can, by a rule"
        return
    if not schema[link.feature].is_numeric:
        yield f"a {schema[link.feature].kind} cannot follow: a linked feature is a number"
    if isinstance(link, LinearLink):
        yield from _slope_faults(schema, link)
    else:
        yield from _ratio_faults(schema, link)


def _rule_faults(schema: FeatureSchema, link: RuleLink) -> Iterator[str]:
    feature, driver = schema[link.feature], schema[link.driver]
    if feature.kind is not Kind.BOOLEAN:
        yield f"its kind is {feature.kind}, and a rule says yes or no"
    if schema.effects_on.get(link.driver):
        yield f"it follows {link.driver} by a rule, but effects move that: where they end is not certain"
    if driver.kind is Kind.CATEGORY:
        yield from _category_rule_faults(link, driver)
    elif link.categories or link.yes_when == () or _is_switch(link) != (driver.kind is Kind.BOOLEAN):
        yield (
            "yes_when is a range of a number, true or false of a yes or no, and some values of a category: "
            f"{link.driver} is a {driver.kind}"
        )
    elif driver.clinical is not None:
        low, high = link.ends
        if low > high:
            yield f"yes_when runs from {low:g} to {high:g}, which is no range"
        elif (low > driver.clinical[0]) == (high < driver.clinical[1]):
            yield (
                f"yes_when must reach one end of the clinical range of {link.driver}, and not the other: "
                "so it turns once on the way"
            )


def _is_switch(link: RuleLink) -> bool:
    return isinstance(link.yes_when, bool)


def _category_rule_faults(link: RuleLink, driver: Feature) -> Iterator[str]:
    known = {category.value for category in driver.categories}
    if not link.categories:
        yield f"yes_when must name some values of {driver.name}, as that is a category"
    for value in link.categories:
        if value not in known:
            yield f"yes_when names '{value}', which is no value of {driver.name}"
    if known <= set(link.categories):
        yield f"yes_when names every value of {driver.name}: it would never turn"


def _slope_faults(schema: FeatureSchema, link: LinearLink) -> Iterator[str]:
    if not isinstance(link.slope, dict):
        return
    by = link.by
    if not isinstance(by, str) or by not in schema:
        yield "its slope needs `by`, the name of a category"
        return
    if schema[by].kind is not Kind.CATEGORY:
        yield f"its slope goes by {by}, which is no category"
        return
    values = {category.value for category in schema[by].categories}
    for value in sorted(values - set(link.slopes)):
        yield f"its slope has no number for '{value}' of {by}"
    for name, slope in link.slopes.items():
        if name not in values:
            yield f"its slope has a number for '{name}', which is no value of {by}"
        elif isinstance(slope, str):
            yield f"its slope for '{name}' of {by} is no number"


def _ratio_faults(schema: FeatureSchema, link: ProportionalLink) -> Iterator[str]:
    if not _is_positive(schema[link.driver]):
        yield f"it keeps its ratio to {link.driver}, whose clinical range must then lie above 0"
    if link.identity is not None:
        yield from _identity_faults(schema, link, link.identity)


def _identity_faults(schema: FeatureSchema, link: ProportionalLink, identity: Identity) -> Iterator[str]:
    for name, power in identity.powers.items():
        if name == link.feature:
            yield "its identity names itself"
        elif name not in schema:
            yield f"its identity names {name}, which is no feature"
        elif not _is_positive(schema[name]):
            yield f"its identity names {name}, which must be a number whose clinical range lies above 0"
        elif schema[name].missing is MissingPolicy.DERIVED:
            yield f"its identity names {name}, which is itself derived"
        elif name != link.driver and (schema[name].action is not None or name in schema.link_of):
            yield f"its identity names {name}, which moves: it would not hold once {name} does"
        elif power == 0:
            yield f"its identity has {name} to the power of 0"
    if identity.powers.get(link.driver) != 1:
        yield f"its identity must have {link.driver} to the power of 1, as it keeps its ratio to it"
    elif not _stays_finite(schema, identity):
        yield "its identity gives numbers too large or too small to be kept"


def _stays_finite(schema: FeatureSchema, identity: Identity) -> bool:
    """Whether the identity gives a number above 0 at whatever ends of the clinical ranges."""
    size = abs(math.log10(identity.factor))
    for name, power in identity.powers.items():
        clinical = schema[name].clinical if name in schema else None
        if clinical is not None and min(clinical) > 0:  # a range turned round is a fault of the feature's own
            size += abs(power) * max(abs(math.log10(end)) for end in clinical)
    return size < 100


def _is_positive(feature: Feature) -> bool:
    return feature.clinical is not None and feature.clinical[0] > 0


def _first(features: Sequence[Feature], fits: Callable[[Feature], bool]) -> Feature | None:
    return next((feature for feature in features if fits(feature)), None)
