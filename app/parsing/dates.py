"""The one reader of dates and times: as forms and JSON write them, and in no other way."""

import re
from datetime import date, datetime

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})"
)


class DateError(ValueError):
    """What should be a date or a time is none; the message says so without the text."""


def read_date(text: str) -> date:
    """The date that a text such as "2027-03-31" says.

    Raises:
        DateError: it says none, or one that no calendar has.
    """
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise DateError("must be a date such as 2027-03-31")


def read_time(text: str) -> datetime:
    """The moment that a text such as "2027-03-31T09:30:00Z" says (RFC 3339).

    Raises:
        DateError: it says none, or one that no calendar has.
    """
    if _TIME.fullmatch(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
    raise DateError("must be a time with its offset, such as 2027-03-31T09:30:00Z")
