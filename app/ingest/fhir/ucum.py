"""Units by UCUM, and what a value in one is in another: value x factor + offset.

UCUM's own grammar and table come from `ucumvert`, the arithmetic from `pint`. Both take most of a second to
load, so they wait for the first value that is in another unit than the feature's.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from threading import Lock
from typing import Any

SYSTEM = "http://unitsofmeasure.org"
_UNIT = re.compile(r"[!-~]{1,40}")
_LARGE = re.compile(r"[0-9]{4}|[*^+-][0-9]{3}|[A-Za-z\])][0-9]{2}")
"""Numbers and powers that no unit of a value has: arithmetic on them may take for ever."""
_WRITTEN = {
    "mmhg": "mm[Hg]",
    "mm hg": "mm[Hg]",
    "lb": "[lb_av]",
    "lbs": "[lb_av]",
    "pounds": "[lb_av]",
    "in": "[in_i]",
    "inches": "[in_i]",
    "bpm": "/min",
    "beats/min": "/min",
    "beats/minute": "/min",
    "kg/m²": "kg/m2",
    "kg/m^2": "kg/m2",
    "mg/dl": "mg/dL",
    "mmol/l": "mmol/L",
    "hours": "h",
    "minutes": "min",
}
"""How people write units where a resource has no code, in lower case."""
_ANNOTATION = re.compile(r"\{[^{}]*\}")
_RATIOS = ("%", "1")
"""The only ratios that are each other's: a mmol/mol is not a share of a hundred everywhere."""
_KNOWN = frozenset(
    {*_WRITTEN.values(), "kg", "g", "cm", "m", "mm", "kPa", "%", "mmol/mol", "g/L", "[oz_av]", "[ft_i]"}
)
_lock = Lock()


@dataclass(frozen=True, slots=True)
class Conversion:
    """Into another unit: value x factor + offset."""

    factor: float = 1.0
    offset: float = 0.0

    def of(self, value: float) -> float:
        return value * self.factor + self.offset


SAME = Conversion()


def written_unit(text: str) -> str:
    """The UCUM code of a unit as people write it; the text itself where it is none of those."""
    return _WRITTEN.get(text.strip().lower(), text.strip())


def bare(code: str) -> str:
    """A code without its annotations, which change nothing: `%` of `%{Hb}`."""
    return _ANNOTATION.sub("", code) or code


def disagree(code: str, text: str) -> bool:
    """Whether a unit's code and its text are two well known units that are not the same."""
    own, other = written_unit(code), written_unit(text)
    return own != other and own in _KNOWN and other in _KNOWN


def is_unit(code: str) -> bool:
    """Whether UCUM knows the code."""
    return _linear(code) is not None


def conversion(source: str, target: str) -> Conversion | None:
    """From one UCUM code to another; None where either is unknown, or they are not of one quantity."""
    if source == target:
        return SAME
    return _conversion(source, target)


def load() -> None:
    """Have the tables ready before somebody waits for them."""
    _registry()


@lru_cache(maxsize=2048)
def _conversion(source: str, target: str) -> Conversion | None:
    own, other = _linear(source), _linear(target)
    if own is None or other is None or own.dimension != other.dimension:
        return None
    if own.is_ratio and not (source in _RATIOS and target in _RATIOS):
        return None
    factor = own.factor / other.factor
    return Conversion(factor, (own.offset - other.offset) / other.factor)


@dataclass(frozen=True, slots=True)
class _Linear:
    """A unit in base units: value x factor + offset."""

    factor: float
    offset: float
    dimension: str
    is_ratio: bool


@lru_cache(maxsize=2048)
def _linear(code: str) -> _Linear | None:
    if not _UNIT.fullmatch(code) or _LARGE.search(code):
        return None
    registry, unknown = _registry()
    with _lock:
        try:
            unit = registry.from_ucum(code)
            zero, one = (
                (registry.Quantity(n * unit.magnitude, unit.units)).to_base_units() for n in (0.0, 1.0)
            )
        except unknown:
            return None
    offset, factor = float(zero.magnitude), float(one.magnitude) - float(zero.magnitude)
    if not 1e-30 < abs(factor) < 1e30:
        return None
    return _Linear(factor, offset, str(one.dimensionality), one.dimensionless)


@cache
def _registry() -> tuple[Any, tuple[type[Exception], ...]]:
    """The registry, and the errors by which it says that it knows no such unit."""
    with _lock:
        from lark.exceptions import LarkError  # noqa: PLC0415
        from pint import PintError  # noqa: PLC0415
        from ucumvert import PintUcumRegistry  # noqa: PLC0415

        return PintUcumRegistry(), (
            LarkError,
            PintError,
            ValueError,
            ArithmeticError,
            AttributeError,
            TypeError,
        )
