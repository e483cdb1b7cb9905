"""Ids of requests: ours, and the caller's own beside it."""

import re
from uuid import uuid4

from app.domain.ids import RequestIds

_FIT_TO_RETURN = re.compile(r"[A-Za-z0-9._~:;,/+=@-]{1,128}")
_RANDOM = (
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",  # a UUID
    r"[0-9a-f]{32}",  # a UUID without hyphens, a trace id
    r"[0-7][0-9a-hjkmnp-tv-z]{25}",  # a ULID
    r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}",  # a traceparent (W3C Trace Context)
)
_FIT_TO_KEEP = re.compile(f"(?=.*[a-z])(?=.*[0-9])({'|'.join(_RANDOM)})", re.IGNORECASE)


def request_ids(given: str) -> tuple[RequestIds, str]:
    """The ids that are kept, and the one that goes back as `X-Request-ID`.

    A caller's id goes back if a header can carry it. It goes into logs and the record, where nothing about a
    person may go, only if it can hardly be anything but random: of digits alone it might be a birth date or
    the number of a record.
    """
    ours = str(uuid4())
    theirs = given if _FIT_TO_KEEP.fullmatch(given) else None
    return RequestIds(ours, theirs), given if _FIT_TO_RETURN.fullmatch(given) else ours
