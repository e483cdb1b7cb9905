"""Why a resource is not used: a closed list, with a sentence each that holds no value."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class NotUsedReason(StrEnum):
    """Why a resource, or a value in it, tells no feature."""

    TYPE_NOT_READ = "type_not_read"
    CODE_NOT_READ = "code_not_read"
    MALFORMED = "malformed"
    OTHER_VERSION = "other_version"
    FURTHER_PAGES = "further_pages"
    STATUS = "status"
    OTHER_SUBJECT = "other_subject"
    NO_SUBJECT = "no_subject"
    DELETED = "deleted"
    NO_DATE = "no_date"
    IMPOSSIBLE_DATE = "impossible_date"
    IN_THE_FUTURE = "in_the_future"
    TOO_OLD = "too_old"
    IN_CHILDHOOD = "in_childhood"
    NO_VALUE = "no_value"
    COMPARATOR = "comparator"
    NO_UNIT = "no_unit"
    UNKNOWN_UNIT = "unknown_unit"
    OTHER_QUANTITY = "other_quantity"
    OUT_OF_RANGE = "out_of_range"
    NOT_A_COUNT = "not_a_count"
    NOT_MAPPED = "not_mapped"
    CONFLICTING = "conflicting"
    CONTRADICTS = "contradicts"
    NEWER_EXISTS = "newer_exists"
    SUPERSEDED = "superseded"
    INCOMPLETE = "incomplete"
    OVERRULED = "overruled"
    GIVEN_OTHERWISE = "given_otherwise"
    MODIFIED = "modified"
    OTHER_FOCUS = "other_focus"
    SAID_ABSENT = "said_absent"
    OLDER_VERSION = "older_version"
    IMPLAUSIBLE = "implausible"
    NEWER_NOT_READ = "newer_not_read"
    ON_RECORD = "on_record"
    RECORD_FULL = "record_full"


class Left(NamedTuple):
    """What is not used while resources are read."""

    reason: NotUsedReason
    reference: str | None = None
    feature: str | None = None


SENTENCES: Mapping[NotUsedReason, str] = {
    NotUsedReason.TYPE_NOT_READ: "Resources of this type are not read.",
    NotUsedReason.CODE_NOT_READ: "Its code is none that the model reads.",
    NotUsedReason.MALFORMED: "It is not built as FHIR R4 has it.",
    NotUsedReason.OTHER_VERSION: "It is of another version of FHIR than R4.",
    NotUsedReason.FURTHER_PAGES: "The search has further pages, which were not sent and are not read.",
    NotUsedReason.STATUS: "Its status is not final, amended or corrected.",
    NotUsedReason.OTHER_SUBJECT: "It is about somebody else than the patient.",
    NotUsedReason.NO_SUBJECT: "It does not say whom it is about.",
    NotUsedReason.DELETED: "The transaction deletes it.",
    NotUsedReason.NO_DATE: "It does not say when it holds.",
    NotUsedReason.IMPOSSIBLE_DATE: "Its date is none that a calendar has.",
    NotUsedReason.IN_THE_FUTURE: "Its date is in the future.",
    NotUsedReason.TOO_OLD: "It is older than this feature may be.",
    NotUsedReason.IN_CHILDHOOD: "It was measured before the age of 18.",
    NotUsedReason.NO_VALUE: "It has no value.",
    NotUsedReason.COMPARATOR: "It tells a bound, not a value.",
    NotUsedReason.NO_UNIT: "Its value has no unit.",
    NotUsedReason.UNKNOWN_UNIT: "Its unit is not known.",
    NotUsedReason.OTHER_QUANTITY: "Its unit is not one of this quantity.",
    NotUsedReason.OUT_OF_RANGE: "Its value is outside the range that the model takes.",
    NotUsedReason.NOT_A_COUNT: "It tells that there is some, not how much.",
    NotUsedReason.NOT_MAPPED: "Its value is none that the model has a value for.",
    NotUsedReason.CONFLICTING: "Others of the same time say otherwise.",
    NotUsedReason.CONTRADICTS: "It contradicts other values of the patient.",
    NotUsedReason.NEWER_EXISTS: "A newer one is used.",
    NotUsedReason.SUPERSEDED: "A newer one speaks against it, and is not clear enough to be used.",
    NotUsedReason.INCOMPLETE: "Another one is used, which has both values that belong together.",
    NotUsedReason.OVERRULED: "The request gives this feature itself.",
    NotUsedReason.GIVEN_OTHERWISE: "The request gives another feature, which decides this or goes with it.",
    NotUsedReason.MODIFIED: "It has an extension or rules that change its meaning, and are not known.",
    NotUsedReason.OTHER_FOCUS: "It was observed on the patient, but is about something or somebody else.",
    NotUsedReason.SAID_ABSENT: "It says why there is no value, beside one.",
    NotUsedReason.OLDER_VERSION: "There is a newer version of the same resource.",
    NotUsedReason.IMPLAUSIBLE: "Its value is hardly one of a living person.",
    NotUsedReason.NEWER_NOT_READ: "A newer {measure} result could not be read: look at it.",
    NotUsedReason.ON_RECORD: "What is on record here of that day counts, or was taken back here.",
    NotUsedReason.RECORD_FULL: "It is not put on record here, where too many results of the patient are.",
}
