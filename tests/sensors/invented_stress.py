"""An invented release of AI-READI in which days differ: who walked and slept little is more stressed.

No value is anybody's. What hangs on what is made up, so that there is something to learn.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np

from tests.sensors.invented_aireadi import (
    Invented,
    Record,
    activity,
    point,
    stage,
    write_stream,
    write_tables,
)

STREAMS = ("heart_rate", "stress", "steps", "sleep")
_WALKS_FROM, _QUARTERS = 40, 96


@dataclass(frozen=True)
class StressedDay:
    """What is made up of a day: quarters of an hour walked, hours slept, stress, and heart rate."""

    walked: int
    slept: float
    stress: float
    heart_rate: int


def people_of(count: int, days: int) -> list[Invented]:
    """So many, of different ages and body mass index."""
    return [
        Invented(
            str(9000 + number),
            days=days,
            streams=STREAMS,
            age=40 + 7 * number % 40,
            bmi=22 + 3 * number % 14,
        )
        for number in range(count)
    ]


def days_of(person: Invented) -> list[StressedDay]:
    """The days of a person, the same every time."""
    rng = np.random.default_rng(int(person.person_id))
    own = rng.normal(0, 3)
    told = []
    for _ in range(person.days):
        walked, slept = int(rng.integers(0, 24)), float(rng.uniform(5, 9))
        stress = 27 + own - 0.5 * (walked - 12) - 3 * (slept - 7) + rng.normal(0, 2)
        stress = float(np.clip(stress, 5, 90))
        told.append(StressedDay(walked, slept, stress, round(64 + stress / 4 + rng.normal(0, 6))))
    return told


def write_stressed_release(root: Path, people: Sequence[Invented]) -> Path:
    """Write everybody's streams, manifests, participants and clinical rows."""
    for person in people:
        days = days_of(person)
        for stream, records in (
            ("heart_rate", list(_readings(person, days, "heart_rate", "beats/min"))),
            ("stress", list(_readings(person, days, "stress", "stress level"))),
            ("steps", list(_movement(person, days))),
            ("sleep", list(_nights(person, days))),
        ):
            write_stream(root, person, stream, records)
    write_tables(root, people)
    return root


def _readings(person: Invented, days: Sequence[StressedDay], key: str, unit: str) -> Iterator[Record]:
    """Every five minutes."""
    for number, day in enumerate(days):
        value = round(day.stress) if key == "stress" else day.heart_rate
        for five in range(288):
            yield point(key, value, unit, person.at(number, 0) + timedelta(minutes=5 * five))


def _movement(person: Invented, days: Sequence[StressedDay]) -> Iterator[Record]:
    for number, day in enumerate(days):
        for quarter in range(_QUARTERS):
            start = person.at(number, quarter / 4)
            walks = _WALKS_FROM <= quarter < _WALKS_FROM + day.walked
            name, steps = ("walking", "600") if walks else ("sedentary", 0)
            yield activity(name, steps, start, start + timedelta(minutes=15))


def _nights(person: Invented, days: Sequence[StressedDay]) -> Iterator[Record]:
    """Until 07:00 of each day."""
    for number, day in enumerate(days):
        end = person.at(number, 7)
        half = timedelta(hours=day.slept / 2)
        yield stage("light", end - 2 * half, end - half)
        yield stage("deep", end - half, end)
