"""Which of a person's own values may be wrong: a warning, never a refusal.

A value is warned about if it lies outside the range observed in training; if it is odd beside the person's
other values; or if it is merely unusual beside them, but usual as a number in another unit. Values that are
warned about tell nothing of the others: a waist in inches does not make the body mass index odd.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from app.domain.feature import Feature, Range
from app.domain.input_warning import InputWarning
from app.domain.schema import BoolArray, FeatureSchema, FloatArray
from app.domain.units import Reading, readings_of
from app.domain.wording import plain
from app.engine.conditional import Conditional, Expected, conditional_of

USUAL = 2.576
"""Standard deviations within which a value is usual beside the others: 99 % of values under the copula."""
ODD = 4.0
"""Those beyond which it is odd, at the least."""
SHARE = 0.005
"""Of real people, at most this share is beyond what counts as odd, and as many as misread."""


@dataclass(frozen=True, slots=True)
class _Number:
    """A numeric feature; `slot` is its place among the columns compared, None where it is not among them."""

    feature: Feature
    column: int
    slot: int | None
    readings: tuple[Reading, ...]

    @property
    def observed(self) -> Range:
        assert self.feature.observed is not None  # every number has its range
        return self.feature.observed

    def outside(self, values: FloatArray) -> BoolArray:
        low, high = self.observed
        return (values < low) | (values > high)

    def told(self, low: float, high: float) -> str:
        """A range with its unit: "56.4 to 169.5 cm"."""
        span = f"{plain(self.feature, low)} to {plain(self.feature, high)}"
        return f"{span} {self.feature.unit}" if self.feature.unit else span


@dataclass(frozen=True, slots=True)
class Oddness:
    """What is usual among the people whom a model learned from, and what is too far from it.

    `odd` and `misread` are in standard deviations given the other values: what is beyond `odd` is warned
    about, and beyond `misread` what another unit would make usual.
    """

    conditional: Conditional
    numbers: tuple[_Number, ...]
    odd: float = ODD
    misread: float = USUAL

    def warnings(self, row: FloatArray) -> list[InputWarning]:
        """What should be checked of one encoded person, in the schema's order."""
        outside = [one for one in self.numbers if one.outside(row[one.column])]
        trusted = row.copy()
        trusted[[one.column for one in outside]] = np.nan
        told = {}
        while (found := self._oddest(trusted)) is not None:
            number, expected = found
            told[number.column] = self._unusual(number, row, expected)
            trusted[number.column] = np.nan
        for number in outside:
            told[number.column] = self._unobserved(number, row, trusted)
        return [
            InputWarning(pointer=f"/features/{one.feature.name}", detail=told[one.column])
            for one in self.numbers
            if one.column in told
        ]

    def _oddest(self, trusted: FloatArray) -> tuple[_Number, Expected] | None:
        """What another unit explains comes first: where two values disagree, it is the likelier culprit."""
        expected = self.conditional.expected(trusted[None])
        off = np.abs(expected.off[0])
        candidates = []
        for one in self.numbers:
            if one.slot is None or not off[one.slot] > self.misread:
                continue
            explained = self._reading(one, trusted[one.column], expected) is not None
            if explained or off[one.slot] > self.odd:
                candidates.append((explained, off[one.slot], one))
        if not candidates:
            return None
        return max(candidates, key=lambda one: one[:2])[2], expected

    def _unusual(self, number: _Number, row: FloatArray, expected: Expected) -> str:
        usual = number.told(*self._usual(number, expected))
        reading = self._reading(number, row[number.column], expected)
        return f"unusual beside the other values, with which {usual} would be usual" + _hint(
            number, row, reading
        )

    def _unobserved(self, number: _Number, row: FloatArray, trusted: FloatArray) -> str:
        alone = trusted.copy()
        alone[number.column] = row[number.column]
        reading = self._reading(number, row[number.column], self.conditional.expected(alone[None]))
        return f"outside what was observed ({number.told(*number.observed)})" + _hint(number, row, reading)

    def _reading(self, number: _Number, value: float, expected: Expected) -> Reading | None:
        """The other unit in which the value would be usual, the most usual one if there are several."""
        if number.slot is None or not number.readings:
            return None
        off = self._off_if_read(number, np.array([value]), expected)[:, 0]
        best = int(off.argmin())
        return number.readings[best] if off[best] <= USUAL else None

    def _off_if_read(self, number: _Number, values: FloatArray, expected: Expected) -> FloatArray:
        """How far off values of people would be in each other unit, shape (readings, people)."""
        assert number.slot is not None
        margin = self.conditional.margins[number.slot]
        mean, spread = expected.means[:, number.slot], expected.spreads[:, number.slot]
        off = np.full((len(number.readings), len(values)), np.inf)
        for index, reading in enumerate(number.readings):
            converted = values * reading.factor + reading.offset
            there = np.abs(margin.score(converted) - mean) / spread
            off[index] = np.where(number.outside(converted) | np.isnan(there), np.inf, there)
        return off

    def _usual(self, number: _Number, expected: Expected) -> Range:
        """Within which values 99 % of people with the same other values lie."""
        assert number.slot is not None
        margin = self.conditional.margins[number.slot]
        mean, spread = expected.means[0, number.slot], expected.spreads[0, number.slot]
        ends = [margin.value(mean - USUAL * spread), margin.value(mean + USUAL * spread)]
        low, high = np.clip(ends, *number.observed)
        return float(low), float(high)

    def alarms(self, rows: FloatArray) -> tuple[FloatArray, FloatArray]:
        """How far off each person's oddest value is, and that of those another unit would make usual."""
        expected = self.conditional.expected(rows)
        off = np.nan_to_num(np.abs(expected.off))
        odd, misread = np.zeros(len(rows)), np.zeros(len(rows))
        for one in self.numbers:
            if one.slot is None:
                continue
            odd = np.maximum(odd, off[:, one.slot])
            if one.readings:
                usual = self._off_if_read(one, rows[:, one.column], expected).min(axis=0) <= USUAL
                misread = np.maximum(misread, np.where(usual, off[:, one.slot], 0))
        return odd, misread


def oddness_of(schema: FeatureSchema, rows: FloatArray) -> Oddness:
    """The check for a model whose people have these encoded rows, of shape (people, columns).

    Its limits are such that few of these people are warned about, but never less than `ODD` and `USUAL`.
    """
    conditional = conditional_of(schema, rows)
    plainly = Oddness(conditional, tuple(_numbers(schema, conditional)))
    odd, misread = (float(np.quantile(one, 1 - SHARE)) for one in plainly.alarms(rows))
    return replace(plainly, odd=max(odd, ODD), misread=max(misread, USUAL))


def _numbers(schema: FeatureSchema, conditional: Conditional) -> Sequence[_Number]:
    slots = {int(column): slot for slot, column in enumerate(conditional.columns)}
    return [
        _Number(feature, column, slots.get(column), readings_of(feature))
        for name, column in schema.column_of.items()
        if (feature := schema[name]).is_numeric
    ]


def _hint(number: _Number, row: FloatArray, reading: Reading | None) -> str:
    if reading is None:
        return ""
    return f"; {plain(number.feature, float(row[number.column]))} would be usual in {reading.unit}"
