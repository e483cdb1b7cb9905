"""Why an option is declined: a closed list, so that reasons can be counted."""

from enum import StrEnum


class Verdict(StrEnum):
    """What becomes of an option."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"  # takes back what was said before


class Reason(StrEnum):
    """Why an option was declined."""

    NOT_FEASIBLE = "not_feasible"
    TRIED_BEFORE = "tried_before"
    UNDER_WAY = "under_way"
    UNSUITABLE = "unsuitable"
    PREFERENCE = "preference"
    WRONG_DATA = "wrong_data"
    NOT_CONVINCED = "not_convinced"
    OTHER = "other"


REASONS = {
    Reason.NOT_FEASIBLE: "Not feasible for this patient",
    Reason.TRIED_BEFORE: "Tried before without success",
    Reason.UNDER_WAY: "Already under way",
    Reason.UNSUITABLE: "Unsuitable with another condition or medicine",
    Reason.PREFERENCE: "The patient prefers something else",
    Reason.WRONG_DATA: "Values are wrong or out of date",
    Reason.NOT_CONVINCED: "The suggestion does not convince me",
    Reason.OTHER: "Another reason, given in the note",
}
"""In the words of the page."""
