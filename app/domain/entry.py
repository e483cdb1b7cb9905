"""What a person enters of a model's features, and what follows from it: weight and height give the index.

An identity of the schema ties a feature that is derived to those that give it. Whoever enters by hand knows
the derived one, such as weight, as well as its driver, such as the body mass index: either gives the other.
A model that takes the index alone has weight, and height, to be entered beside it.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.domain.feature import Feature, Kind, MissingPolicy
from app.domain.links import Identity, ProportionalLink
from app.domain.schema import FeatureSchema
from app.domain.wording import inline

_BMI, _WEIGHT, _HEIGHT = "39156-5", "29463-7", "8302-2"
"""LOINC codes."""
_BESIDE = "entered_"
"""Beginning of the names of what is entered and no feature."""
_MOST = 1e300
"""What follows is less, so that it can be counted in the steps it is measured in."""


@dataclass(frozen=True, slots=True)
class Solved:
    """`feature` follows from `given` and `others`: given = factor x product of powers."""

    feature: str
    given: str
    identity: Identity

    @property
    def others(self) -> tuple[str, ...]:
        return tuple(name for name in self.identity.powers if name != self.feature)

    def value(self, values: Mapping[str, float]) -> float | None:
        """What it comes to; None where something is not known, or makes no sense."""
        known = [values.get(name) for name in (self.given, *self.others)]
        if any(value is None or value <= 0 for value in known):
            return None
        try:
            rest = values[self.given] / self.identity.factor
            for name in self.others:
                rest /= values[name] ** self.identity.powers[name]
            value = float(rest ** (1 / self.identity.powers[self.feature]))
        except ArithmeticError:  # of numbers that no person has
            return None
        return value if value < _MOST else None


@dataclass(frozen=True, slots=True)
class Entered:
    """What is entered of a schema: its features, what is entered beside them, and what follows."""

    features: tuple[Feature, ...]
    beside: frozenset[str]
    solved: tuple[Solved, ...]

    @property
    def labels(self) -> Mapping[str, str]:
        """What each is called inside a sentence."""
        return {feature.name: inline(feature.label) for feature in self.features}

    def solution_of(self, name: str) -> Solved | None:
        """What gives a feature that need not be entered."""
        return next((one for one in self.solved if one.feature == name), None)

    def completed(self, raw: Mapping[str, object]) -> dict[str, object]:
        """Raw values with what follows from them; what is no feature is left out."""
        by_name = {feature.name: feature for feature in self.features}
        whole = dict(raw)
        numbers = {
            name: float(value)
            for name, value in raw.items()
            if isinstance(value, int | float) and not isinstance(value, bool)
        }
        for one in self.solved:
            if one.feature not in raw and (value := one.value(numbers)) is not None:
                whole[one.feature] = _as_measured(by_name[one.feature], value)
        return {name: value for name, value in whole.items() if name not in self.beside}


def entered_of(schema: FeatureSchema) -> Entered:
    """What is entered by hand for a model."""
    solved = tuple(_by_identities(schema))
    features, beside = list(schema.features), frozenset[str]()
    bmi = next((feature for feature in features if _has_code(feature, _BMI)), None)
    if bmi is not None and bmi.ucum == "kg/m2" and not any(one.feature == bmi.name for one in solved):
        more, solution = _weighed(schema, bmi)
        place = features.index(bmi)
        features[place:place] = more
        beside, solved = frozenset(feature.name for feature in more), (*solved, solution)
    return Entered(tuple(features), beside, solved)


def _by_identities(schema: FeatureSchema) -> Iterator[Solved]:
    """A derived feature's driver follows from it, if the identity has the driver in it."""
    for link in schema.links:
        identity = link.identity if isinstance(link, ProportionalLink) else None
        is_derived = schema[link.feature].missing is MissingPolicy.DERIVED
        if identity is not None and is_derived and identity.powers.get(link.driver):
            yield Solved(link.driver, link.feature, identity)


def _weighed(schema: FeatureSchema, bmi: Feature) -> tuple[list[Feature], Solved]:
    """What gives the body mass index of a model that knows neither weight nor, perhaps, height."""
    own = {code: _with_code(schema, code, unit) for code, unit in ((_WEIGHT, "kg"), (_HEIGHT, "cm"))}
    weight = own[_WEIGHT] or _beside(bmi, "weight", "Weight", "kg", (1.0, 700.0))
    height = own[_HEIGHT] or _beside(bmi, "height", "Height", "cm", (30.0, 260.0))
    identity = Identity(powers={bmi.name: 1, height.name: 2}, factor=0.0001, tolerance=0.03)
    more = [feature for feature in (height, weight) if feature.name not in schema]
    return more, Solved(bmi.name, weight.name, identity)


def _beside(bmi: Feature, name: str, label: str, unit: str, clinical: tuple[float, float]) -> Feature:
    return Feature(
        name=_BESIDE + name,
        label=label,
        kind=Kind.NUMBER,
        group=bmi.group,
        unit=unit,
        ucum=unit,
        precision=0.1,
        clinical=clinical,
        observed=clinical,
        missing=MissingPolicy.UNKNOWN,
    )


def _with_code(schema: FeatureSchema, loinc: str, ucum: str) -> Feature | None:
    return next((one for one in schema.features if one.ucum == ucum and _has_code(one, loinc)), None)


def _has_code(feature: Feature, loinc: str) -> bool:
    return any(code.loinc == loinc for code in feature.codes)


def _as_measured(feature: Feature, value: float) -> float:
    rounded = round(round(value / feature.precision) * feature.precision, 6)
    return math.floor(rounded + 0.5) if feature.kind is Kind.INTEGER else rounded
