"""AI-READI's records: what each stream's look like in its three versions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.ingest.sensors.json_records import Item, Point
from app.ingest.sensors.losses import Reason
from app.ingest.sensors.stream_files import Reader, Sample
from app.ingest.sensors.streams import Movement, Stage, Stream
from app.ingest.sensors.times import Clock, RecordError
from app.ingest.sensors.values import (
    GLUCOSE_HIGH,
    GLUCOSE_LOW,
    HIGH,
    LOW,
    hours_of,
    quantity_of,
    stage_of,
)

AT_LIMIT = 1
"""The kind of a glucose sample that the sensor tells as a word."""
_ACTIVE = frozenset(
    {"walking", "running", "cycling", "swimming", "fitness_equipment", "fitness equipment", "transition"}
)


def _point(stream: Stream, key: str, before: str = "") -> Reader:
    """A reader of records that hold a quantity under a key, which another version calls otherwise."""

    def read(record: Any, clock: Clock) -> Sample:
        value = quantity_of(stream, record.get(key) or record.get(before))
        start, end = clock.frame(record.get("effective_time_frame"))
        return start, end, value, 0

    return read


def _activity(record: Any, clock: Clock) -> Sample:
    """Steps are an integer, a text, empty or NaN."""
    value = quantity_of(Stream.STEPS, record.get("base_movement_quantity"))
    start, end = clock.frame(record.get("effective_time_frame"))
    name = str(record.get("activity_name")).lower()
    if name == "sedentary":
        return start, end, value, Movement.SEDENTARY
    return start, end, value, Movement.ACTIVE if name in _ACTIVE else Movement.UNSAID


def _sleep(record: Any, clock: Clock) -> Sample:
    """Version 1 tells hours per night, later ones stages; version 2 has its own key for the time."""
    if "sleep_duration" in record:
        start, end = clock.frame(record.get("effective_time_frame"))
        return start, end, hours_of(record["sleep_duration"]), Stage.ASLEEP
    stage = stage_of(record.get("sleep_stage_state"))
    frame = record.get("effective_time_frame", record.get("sleep_stage_time_frame"))
    start, end = clock.frame(frame)
    return start, end, float("nan"), stage


def _glucose(record: Any, clock: Clock) -> Sample:
    """Words stand for values beyond the sensor's limits."""
    if record.get("event_type", "EGV") != "EGV":
        raise RecordError(Reason.RECORD_WITHOUT_VALUE)
    start, end = clock.frame(record.get("effective_time_frame"))
    quantity = record.get("blood_glucose")
    word = quantity.get("value") if isinstance(quantity, dict) else None
    if word in (LOW, HIGH):
        return start, end, GLUCOSE_LOW if word == LOW else GLUCOSE_HIGH, AT_LIMIT
    return start, end, quantity_of(Stream.GLUCOSE, quantity), 0


@dataclass(frozen=True, slots=True)
class Form:
    """What a stream's files look like."""

    schemas: Mapping[str, int]
    """Names of schemas, and the last version that is known of each."""
    lists: frozenset[str]
    """Keys under which a body has its records; an empty one where it is them."""
    read: Reader


FORMS: Mapping[Stream, Form] = {
    Stream.HEART_RATE: Form(
        {"heart-rate": 2}, frozenset({"heart_rate"}), _point(Stream.HEART_RATE, "heart_rate")
    ),
    Stream.OXYGEN_SATURATION: Form(
        {"oxygen-saturation": 2},
        frozenset({"breathing"}),
        _point(Stream.OXYGEN_SATURATION, "oxygen_saturation"),
    ),
    Stream.RESPIRATION: Form(
        {"respiratory-rate": 2}, frozenset({"breathing"}), _point(Stream.RESPIRATION, "respiratory_rate")
    ),
    Stream.STRESS: Form({"": 0, "stress": 2}, frozenset({"stress"}), _point(Stream.STRESS, "stress")),
    Stream.STEPS: Form({"": 0, "physical-activity": 1}, frozenset({"activity"}), _activity),
    Stream.CALORIES: Form(
        {"physical-activity": 1},
        frozenset({"activity"}),
        _point(Stream.CALORIES, "calories_value", "duration"),  # the latter in version 1
    ),
    Stream.SLEEP: Form({"sleep-stages": 2, "sleep-duration": 2}, frozenset({"sleep"}), _sleep),
    Stream.GLUCOSE: Form({"blood-glucose": 3}, frozenset({"cgm", ""}), _glucose),
}


def record_in(form: Form, told: Item | Point) -> Any:
    """The record that a file tells, if it is one of the form's.

    Raises:
        RecordError: it is none.
    """
    if not isinstance(told, Item) or told.key not in form.lists:
        raise RecordError(Reason.WRONG_SCHEMA)
    if not isinstance(told.value, dict):
        raise RecordError(Reason.RECORD_WITHOUT_VALUE)
    return told.value


def is_of_form(form: Form, header: Mapping[str, Any]) -> bool:
    """Whether a header names a schema of the form, in a version that is known."""
    schema = header.get("schema_id")
    if not isinstance(schema, dict):
        return False
    last = form.schemas.get(str(schema.get("name", "")))
    version = schema.get("version", "")
    if last is None:
        return False
    try:
        return int(float(version or 0)) <= last
    except (TypeError, ValueError, OverflowError):
        return False
