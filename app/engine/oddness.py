"""Which of a person's own values may be wrong: a warning, never a refusal.

A value is warned about if it lies outside the range observed in training; if it is odd beside the person's
other values; or if it is merely unusual beside them, but usual as a number in another unit. Values that are
warned about tell nothing of the others: a waist in inches does not make the body mass index odd.
"""

from dataclasses import dataclass, replace

import numpy as np

from app.domain.feature import Range
from app.domain.input_warning import InputWarning
from app.domain.schema import FeatureSchema, FloatArray
from app.domain.units import Reading
from app.engine.conditional import Conditional, Expected, conditional_of
from app.engine.measured import Measured, measured_in

USUAL = 2.576
"""Standard deviations within which a value is usual beside the others: 99 % of values under the copula."""
ODD = 4.0
"""Those beyond which it is odd, at the least."""
SHARE = 0.005
"""Of real people, at most this share is beyond what counts as odd, and at most as many again as misread."""


@dataclass(frozen=True, slots=True)
class Oddness:
    """What is usual among the people whom a model learned from, and what is too far from it.

    `odd` and `misread` are in standard deviations given the other values: what is beyond `odd` is warned
    about, and what is beyond `misread` if another unit makes it usual.
    """

    conditional: Conditional
    numbers: tuple[Measured, ...]
    odd: float = ODD
    misread: float = USUAL

    def warnings(self, row: FloatArray) -> list[InputWarning]:
        """What should be checked of one encoded person, in the schema's order."""
        outside = [number for number in self.numbers if number.is_outside(row[number.column])]
        trusted = row.copy()
        trusted[[number.column for number in outside]] = np.nan
        details: dict[int, str] = {}
        while (oddest := self._oddest(trusted)) is not None:
            number, expected = oddest
            details[number.column] = self._unusual(number, row, expected)
            trusted[number.column] = np.nan
        for number in sorted(outside, key=lambda number: len(number.follows)):
            if not number.follows & details.keys():  # else it is as odd as what it was worked out from
                details[number.column] = self._unobserved(number, row, trusted)
        return [
            InputWarning(pointer=f"/features/{number.feature.name}", detail=details[number.column])
            for number in self.numbers
            if number.column in details
        ]

    def alarms(self, rows: FloatArray) -> tuple[FloatArray, FloatArray]:
        """How far off each person's oddest value is, and the oddest that another unit makes usual."""
        expected = self.conditional.expected(rows)
        off = np.nan_to_num(np.abs(expected.off))
        odd, misread = np.zeros(len(rows)), np.zeros(len(rows))
        for number in self.numbers:
            if number.slot is not None:
                odd = np.maximum(odd, off[:, number.slot])
                usual = (self._off_if_read(number, rows[:, number.column], expected) <= USUAL).any(axis=0)
                misread = np.maximum(misread, np.where(usual, off[:, number.slot], 0))
        return odd, misread

    def _oddest(self, trusted: FloatArray) -> tuple[Measured, Expected] | None:
        """What another unit explains comes first: where two values disagree, it is the likelier culprit."""
        expected = self.conditional.expected(trusted[None])
        off = np.abs(expected.off[0])
        candidates = []
        for number in self.numbers:
            if number.slot is None or not off[number.slot] > self.misread:
                continue
            is_explained = self._reading(number, trusted[number.column], expected) is not None
            if is_explained or off[number.slot] > self.odd:
                candidates.append((is_explained, off[number.slot], number))
        if not candidates:
            return None
        return max(candidates, key=lambda candidate: candidate[:2])[2], expected

    def _unusual(self, number: Measured, row: FloatArray, expected: Expected) -> str:
        usual = number.span(*self._usual(number, expected))
        detail = f"unusual beside the other values, with which {usual} would be usual"
        return detail + self._hint(number, row, expected)

    def _unobserved(self, number: Measured, row: FloatArray, trusted: FloatArray) -> str:
        alone = trusted.copy()
        alone[number.column] = row[number.column]
        detail = f"outside what was observed ({number.span(*number.observed)})"
        return detail + self._hint(number, row, self.conditional.expected(alone[None]))

    def _hint(self, number: Measured, row: FloatArray, expected: Expected) -> str:
        value = float(row[number.column])
        reading = self._reading(number, value, expected)
        return f"; {value:.12g} would be usual in {reading.unit}" if reading else ""

    def _usual(self, number: Measured, expected: Expected) -> Range:
        """Within which values 99 % of people with the same other values lie."""
        assert number.slot is not None
        margin = self.conditional.margins[number.slot]
        mean, spread = expected.means[0, number.slot], expected.spreads[0, number.slot]
        ends = [margin.value(mean - USUAL * spread), margin.value(mean + USUAL * spread)]
        low, high = np.clip(ends, *number.observed)
        return float(low), float(high)

    def _reading(self, number: Measured, value: float, expected: Expected) -> Reading | None:
        """The other unit in which the value would be usual, the most usual one if there are several."""
        if number.slot is None or not number.readings:
            return None
        off = self._off_if_read(number, np.array([value]), expected)[:, 0]
        best = int(off.argmin())
        return number.readings[best] if off[best] <= USUAL else None

    def _off_if_read(self, number: Measured, values: FloatArray, expected: Expected) -> FloatArray:
        """How far off people's values would be in each other unit, shape (readings, people)."""
        assert number.slot is not None
        margin = self.conditional.margins[number.slot]
        mean, spread = expected.means[:, number.slot], expected.spreads[:, number.slot]
        off = np.full((len(number.readings), len(values)), np.inf)
        for index, reading in enumerate(number.readings):
            converted = reading.converted(values)
            there = np.abs(margin.score(converted) - mean) / spread
            off[index] = np.where(number.is_outside(converted) | np.isnan(there), np.inf, there)
        return off


def oddness_of(schema: FeatureSchema, rows: FloatArray) -> Oddness:
    """The check for a model whose people have these encoded rows, of shape (people, columns).

    Its limits are such that few of these people are warned about, but never less than `ODD` and `USUAL`.
    """
    conditional = conditional_of(schema, rows)
    oddness = Oddness(conditional, measured_in(schema, conditional))
    odd, misread = (float(np.quantile(alarm, 1 - SHARE)) for alarm in oddness.alarms(rows))
    return replace(oddness, odd=max(odd, ODD), misread=max(misread, USUAL))
