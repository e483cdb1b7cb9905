"""What is dropped of sensors' files, where it was and why: counted, and never silently."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class Reason(StrEnum):
    """Why something is not used."""

    NOT_JSON = "not_json"
    TRUNCATED = "truncated"
    ROW_LENGTH = "row_length"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    LINK_OUT_OF_FOLDER = "link_out_of_folder"
    WRONG_SCHEMA = "wrong_schema"
    OTHER_DEVICE = "other_device"
    OTHER_MODALITY = "other_modality"
    OTHER_PERSON = "other_person"
    NOT_LISTED = "not_listed"
    LISTED_FILE_MISSING = "listed_file_missing"
    ZONE_UNKNOWN = "zone_unknown"
    ZONES_DIFFER = "zones_differ"
    RECORD_WITHOUT_VALUE = "record_without_value"
    WRONG_UNIT = "wrong_unit"
    NOT_A_NUMBER = "not_a_number"
    NO_READING = "no_reading"
    OUT_OF_RANGE = "out_of_range"
    TIME_UNREADABLE = "time_unreadable"
    TIME_WITHOUT_ZONE = "time_without_zone"
    TIME_IMPLAUSIBLE = "time_implausible"
    ENDS_BEFORE_START = "ends_before_start"
    INTERVAL_TOO_LONG = "interval_too_long"
    DUPLICATE = "duplicate"
    OVERLAPPING_SLEEP = "overlapping_sleep"
    AT_SENSOR_LIMIT = "at_sensor_limit"
    CENSORED = "censored"
    REFUSED_ANSWER = "refused_answer"
    REPEATED_ROW = "repeated_row"
    DAY_TOLD_TWICE = "day_told_twice"
    DATE_UNREADABLE = "date_unreadable"
    SUMMARY = "summary"
    PERSON_UNKNOWN = "person_unknown"
    RESOURCE_NOT_USED = "resource_not_used"
    FILLS_THE_DAY = "fills_the_day"
    DAY_NOT_WORN = "day_not_worn"
    WEAR_UNKNOWN = "wear_unknown"
    WEAR_UNCONFIRMED = "wear_unconfirmed"
    CALORIES_UNCLEAR = "calories_unclear"


SENTENCES: dict[Reason, str] = {
    Reason.NOT_JSON: "The file is not JSON at this place; what follows in it is not read.",
    Reason.TRUNCATED: "The file ends in the middle; the records before are used.",
    Reason.ROW_LENGTH: "The row has fewer or more cells than the header; it is not used.",
    Reason.UNREADABLE: "The file cannot be read.",
    Reason.TOO_LARGE: "It is larger than anything that a sensor writes, and is not read.",
    Reason.LINK_OUT_OF_FOLDER: "A symbolic link leads out of the folder; it is not followed.",
    Reason.WRONG_SCHEMA: "The header names another schema, or a later version than is known.",
    Reason.OTHER_DEVICE: "The file is of a device that this source does not know.",
    Reason.OTHER_MODALITY: "The folder or file is of something that is no stream of this source.",
    Reason.OTHER_PERSON: "The header is of another person than the file's name.",
    Reason.NOT_LISTED: "Neither participants nor manifests list this person, who may have withdrawn.",
    Reason.LISTED_FILE_MISSING: "A manifest lists a file that is not there.",
    Reason.ZONE_UNKNOWN: "Nothing tells the person's time zone; without it there are no local days.",
    Reason.ZONES_DIFFER: "The person's files tell different time zones; the first by name counts.",
    Reason.RECORD_WITHOUT_VALUE: "The record has no value or time of this stream.",
    Reason.WRONG_UNIT: "The unit is not that of the stream.",
    Reason.NOT_A_NUMBER: "The value is not a number.",
    Reason.NO_READING: "The device writes this value where it has no reading.",
    Reason.OUT_OF_RANGE: "The value is outside what the sensor, or a body, can have.",
    Reason.TIME_UNREADABLE: "The time is not one.",
    Reason.TIME_WITHOUT_ZONE: "The time has no zone; --times-without-zone says which one it is in.",
    Reason.TIME_IMPLAUSIBLE: "The time is before 2000 or after the file was made: the clock was not set.",
    Reason.ENDS_BEFORE_START: "The interval ends before it starts.",
    Reason.INTERVAL_TOO_LONG: "The interval is longer than a day.",
    Reason.DUPLICATE: "The same record was there before; it counts once.",
    Reason.OVERLAPPING_SLEEP: "The interval overlaps an earlier one, which keeps the part in common.",
    Reason.AT_SENSOR_LIMIT: "Used, as the sensor's limit: below 40 mg/dL as 40, above 400 as 400.",
    Reason.CENSORED: "The result is below what the laboratory can measure.",
    Reason.REFUSED_ANSWER: "The number stands for: not asked, or not answered.",
    Reason.REPEATED_ROW: "Several rows tell this variable; their mean is used.",
    Reason.DAY_TOLD_TWICE: "Two rows tell the day; what they differ in is dropped.",
    Reason.DATE_UNREADABLE: "The date is not one such as 2024-02-14.",
    Reason.SUMMARY: "The record sums up a stretch of time; single readings alone are used.",
    Reason.PERSON_UNKNOWN: "Neither header, row nor folder says whose it is.",
    Reason.RESOURCE_NOT_USED: "The resource tells no feature of the model, or a newer one tells it.",
    Reason.FILLS_THE_DAY: "The minutes of all activity fill the day: sleep and time unworn are in it.",
    Reason.DAY_NOT_WORN: "The sensor was worn for less than the day's features take.",
    Reason.WEAR_UNKNOWN: "No stream tells when the sensor was worn; features that take wear stay empty.",
    Reason.WEAR_UNCONFIRMED: "No stream that stops when the sensor is taken off; readings alone tell wear.",
    Reason.CALORIES_UNCLEAR: "Too few readings to tell whether calories add up over the day.",
}
NOTES = frozenset(
    {
        Reason.AT_SENSOR_LIMIT,
        Reason.REPEATED_ROW,
        Reason.ZONES_DIFFER,
        Reason.WEAR_UNCONFIRMED,
        Reason.LISTED_FILE_MISSING,
    }
)
"""Reasons by which nothing is dropped: they are told as notes."""


@dataclass(slots=True)
class Loss:
    """Of one file, or one person, what is not used for one reason."""

    where: str
    """The file below the folder, or the person."""
    reason: Reason
    count: int
    place: str | None = None
    """The first place in the file, such as `record 17`."""

    def told(self) -> dict[str, object]:
        """As JSON."""
        return {
            "where": self.where,
            "place": self.place,
            "reason": self.reason.value,
            "count": self.count,
            "sentence": SENTENCES[self.reason],
        }


@dataclass(slots=True)
class Losses:
    """Losses by file and reason, in the order in which they were found."""

    found: dict[tuple[str, Reason], Loss] = field(default_factory=dict)

    def add(self, where: str, reason: Reason, count: int = 1, place: str | None = None) -> None:
        """Count something that is not used."""
        if count <= 0:
            return
        loss = self.found.get((where, reason))
        if loss is None:
            self.found[where, reason] = Loss(where, reason, count, place)
        else:
            loss.count += count

    def __iter__(self) -> Iterator[Loss]:
        return iter(self.found.values())

    def count(self, reason: Reason, where: str | None = None) -> int:
        """How many there are for a reason, in one file or all."""
        return sum(
            loss.count for loss in self if loss.reason is reason and (where is None or loss.where == where)
        )
