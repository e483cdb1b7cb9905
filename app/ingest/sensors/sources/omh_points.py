"""The body of an Open mHealth data point, read into a sample (schemas of openmhealth.org and IEEE 1752.1)."""

from collections.abc import Mapping
from typing import Any

from app.ingest.sensors.losses import Reason
from app.ingest.sensors.stream_files import Sample
from app.ingest.sensors.streams import Movement, Stage, Stream
from app.ingest.sensors.times import Clock, RecordError
from app.ingest.sensors.values import hours_of, number_of, quantity_of, stage_of

STREAMS: Mapping[str, Stream] = {
    "heart-rate": Stream.HEART_RATE,
    "respiratory-rate": Stream.RESPIRATION,
    "oxygen-saturation": Stream.OXYGEN_SATURATION,
    "step-count": Stream.STEPS,
    "physical-activity": Stream.STEPS,
    "calories-burned": Stream.CALORIES,
    "sleep-duration": Stream.SLEEP,
    "sleep-episode": Stream.SLEEP,
    "sleep-stages": Stream.SLEEP,
    "blood-glucose": Stream.GLUCOSE,
}
"""Streams by the name of the schema."""
_KEYS: Mapping[Stream, tuple[str, ...]] = {
    Stream.HEART_RATE: ("heart_rate",),
    Stream.RESPIRATION: ("respiratory_rate",),
    Stream.OXYGEN_SATURATION: ("oxygen_saturation",),
    Stream.STEPS: ("step_count", "base_movement_quantity"),
    Stream.CALORIES: ("calories_burned", "kcal_burned"),
    Stream.GLUCOSE: ("blood_glucose",),
}
_STILL = frozenset({"sedentary", "sitting", "still"})


def read_point(stream: Stream, body: Mapping[str, Any], clock: Clock) -> Sample:
    """A sample of a body.

    Raises:
        RecordError: it is none of this stream, or sums up a stretch of time.
    """
    if "descriptive_statistic" in body:
        raise RecordError(Reason.SUMMARY)
    start, end = clock.frame(body.get("effective_time_frame", body.get("sleep_stage_time_frame")))
    if stream is Stream.SLEEP:
        return _sleep(body, start, end)
    key = next((one for one in _KEYS[stream] if one in body), None)
    if key is None:
        raise RecordError(Reason.RECORD_WITHOUT_VALUE)
    told = body[key]
    if stream is not Stream.STEPS:
        return start, end, quantity_of(stream, told), 0
    value = quantity_of(stream, told) if isinstance(told, dict) else number_of(told)
    return start, end, value, _movement(body.get("activity_name"))


def _movement(name: Any) -> Movement:
    if not isinstance(name, str) or not name:
        return Movement.UNSAID
    return Movement.SEDENTARY if name.lower() in _STILL else Movement.ACTIVE


def _sleep(body: Mapping[str, Any], start: int, end: int) -> Sample:
    if "sleep_stage_state" in body:
        return start, end, float("nan"), stage_of(body["sleep_stage_state"])
    told = body.get("sleep_duration", body.get("total_sleep_time"))
    return start, end, hours_of(told), Stage.ASLEEP
