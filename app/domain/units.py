"""Units in which a number may have been given by mistake, and what it would be in the feature's own.

They are those of the feature's codes, which know the analyte (a mmol/L of glucose is not one of cholesterol),
and those in common use for the same quantity.
"""

from dataclasses import dataclass

from app.domain.feature import Feature
from app.domain.schema import FloatArray

_QUANTITIES = (
    {"mm": 0.1, "cm": 1.0, "m": 100.0, "[in_i]": 2.54, "[ft_i]": 30.48},
    {"g": 0.001, "kg": 1.0, "[lb_av]": 0.45359237, "[stone_av]": 6.35029318},
    {"kcal": 1.0, "kJ": 1 / 4.184, "MJ": 1000 / 4.184},
    {"kcal/d": 1.0, "kJ/d": 1 / 4.184, "MJ/d": 1000 / 4.184},
    {"min": 1.0, "h": 60.0},
    {"min/d": 1.0, "h/d": 60.0},
    {"mm[Hg]": 1.0, "kPa": 7.50062},
    {"mg/dL": 1.0, "g/L": 100.0, "mg/L": 0.1},
    {"%": 1.0, "1": 100.0},
)
"""Units of one quantity by their UCUM codes, each with its size."""

_NAMES = {
    "m": "metres",
    "[in_i]": "inches",
    "[ft_i]": "feet",
    "[lb_av]": "pounds",
    "[stone_av]": "stone",
    "kcal/d": "kcal/day",
    "kJ/d": "kJ/day",
    "MJ/d": "MJ/day",
    "min": "minutes",
    "h": "hours",
    "min/d": "minutes/day",
    "h/d": "hours/day",
    "mm[Hg]": "mmHg",
    "Cel": "°C",
    "[degF]": "°F",
    "%": "per cent",
    "1": "fractions of 1",
}
"""How people write what UCUM writes otherwise."""


_TEMPERATURES = {
    "Cel": ("[degF]", 5 / 9, -160 / 9),
    "[degF]": ("Cel", 9 / 5, 32.0),
}
"""A temperature's other unit, with factor and offset."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A number taken to be in another unit: value x factor + offset is in the feature's own."""

    unit: str
    factor: float
    offset: float = 0.0

    def converted(self, values: FloatArray) -> FloatArray:
        """What the numbers come to in the feature's own unit."""
        return values * self.factor + self.offset


def readings_of(feature: Feature) -> tuple[Reading, ...]:
    """How a number given for the feature may be read otherwise; none for what is no measured number."""
    if not feature.is_numeric:
        return ()
    factors = common_factors(feature.ucum) | {
        c.ucum: c.factor for c in feature.codes if c.ucum and c.factor != 1
    }
    readings = [Reading(_NAMES.get(ucum, ucum), factor) for ucum, factor in factors.items()]
    if feature.ucum in _TEMPERATURES:
        ucum, factor, offset = _TEMPERATURES[feature.ucum]
        readings.append(Reading(_NAMES[ucum], factor, offset))
    return tuple(readings)


def common_factors(ucum: str | None) -> dict[str, float]:
    """Other units of the same quantity, by UCUM codes: value x factor is in this one."""
    return {
        other: size / sizes[ucum]
        for sizes in _QUANTITIES
        if ucum in sizes
        for other, size in sizes.items()
        if other != ucum
    }
