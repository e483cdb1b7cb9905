"""Values of records: numbers and units, as writers spell them."""

import math
from typing import Any

from app.ingest.sensors.losses import Reason
from app.ingest.sensors.streams import Stage, Stream
from app.ingest.sensors.times import RecordError
from app.parsing.numbers import NumberError, read_number

MG_PER_MMOL = 18.0156
"""Of glucose (molar mass 180.156 g/mol), a decilitre and a litre: mg/dL in one mmol/L."""
_UNITS: dict[Stream, frozenset[str]] = {
    Stream.HEART_RATE: frozenset({"beats/min", "bpm", "/min"}),
    Stream.STRESS: frozenset({"stress level"}),
    Stream.RESPIRATION: frozenset({"breaths/min", "/min"}),
    Stream.OXYGEN_SATURATION: frozenset({"%"}),
    Stream.STEPS: frozenset({"steps"}),
    Stream.CALORIES: frozenset({"kcal"}),
    Stream.GLUCOSE: frozenset({"mg/dL"}),
}
_FACTORS: dict[tuple[Stream, str], float] = {
    (Stream.GLUCOSE, "mmol/L"): MG_PER_MMOL,
    (Stream.CALORIES, "kJ"): 1 / 4.184,
}
STAGES: dict[str, Stage] = {
    "awake": Stage.AWAKE,
    "light": Stage.LIGHT,
    "deep": Stage.DEEP,
    "rem": Stage.REM,
    "unknown": Stage.UNKNOWN,
    "unmeasurable": Stage.UNKNOWN,
}
LOW, HIGH = "Low", "High"
GLUCOSE_LOW, GLUCOSE_HIGH = 40.0, 400.0
"""A Dexcom G6 writes words below and above these, in mg/dL."""


def number_of(value: Any) -> float:
    """The number that a JSON value is or spells; NaN where it is empty.

    Raises:
        RecordError: it is neither.
    """
    if type(value) is int or type(value) is float:
        if isinstance(value, float) and math.isinf(value):
            raise RecordError(Reason.NOT_A_NUMBER)
        try:
            return float(value)
        except OverflowError:
            raise RecordError(Reason.NOT_A_NUMBER) from None
    if value is None or value == "" or value == "NaN":
        return math.nan
    if isinstance(value, str):
        try:
            return read_number(value.strip())
        except NumberError:
            pass
    raise RecordError(Reason.NOT_A_NUMBER)


def quantity_of(stream: Stream, quantity: Any) -> float:
    """The value of `{"value": 72, "unit": "beats/min"}` in the stream's own unit.

    Raises:
        RecordError: it has no value, no number, or another unit.
    """
    if not isinstance(quantity, dict) or "value" not in quantity:
        raise RecordError(Reason.RECORD_WITHOUT_VALUE)
    unit = str(quantity.get("unit"))
    factor = 1.0 if unit in _UNITS[stream] else _FACTORS.get((stream, unit))
    if factor is None:
        raise RecordError(Reason.WRONG_UNIT)
    return number_of(quantity["value"]) * factor


def hours_of(duration: Any) -> float:
    """The hours of `{"value": 7.2, "unit": "h"}`, or of minutes or seconds; NaN where it has no number.

    Raises:
        RecordError: it has no value, or another unit.
    """
    if not isinstance(duration, dict) or "value" not in duration:
        raise RecordError(Reason.RECORD_WITHOUT_VALUE)
    in_an_hour = {"h": 1, "hr": 1, "min": 60, "sec": 3600, "s": 3600}.get(str(duration.get("unit")))
    if in_an_hour is None:
        raise RecordError(Reason.WRONG_UNIT)
    return number_of(duration["value"]) / in_an_hour


def stage_of(word: Any) -> Stage:
    """The stage of sleep that a word names.

    Raises:
        RecordError: it names none.
    """
    stage = STAGES.get(word) if isinstance(word, str) else None
    if stage is None:
        raise RecordError(Reason.RECORD_WITHOUT_VALUE)
    return stage
