"""Identifiers: those that sort by time, and those that a request has."""

import os
import re
import threading
import time
from dataclasses import dataclass
from uuid import UUID

PATIENT_ID = r"^[._-]*[A-Za-z0-9][A-Za-z0-9._-]*$"
"""A caller's own opaque id, `PATIENT_ID_LENGTH` long at most; dots alone would be steps in a path."""
PATIENT_ID_LENGTH = 64


def is_patient_id(text: str) -> bool:
    """Whether a text can be a patient's id."""
    return len(text) <= PATIENT_ID_LENGTH and re.fullmatch(PATIENT_ID, text) is not None


@dataclass(frozen=True, slots=True)
class RequestIds:
    """What a request is found by in logs and in the record: our id, and the caller's where it has one."""

    ours: str
    callers: str | None = None


_SECOND = 1000 << 12
_lock = threading.Lock()
_last = 0


def uuid7() -> UUID:
    """A version 7 UUID (RFC 9562, section 5.7): Unix milliseconds, 12 bits of time within one, random bits.

    Those of one process sort as they were made (section 6.2, method 3), unless its clock is set back.
    """
    moment = _next_moment()
    random = int.from_bytes(os.urandom(8)) & (2**62 - 1)
    high = (moment >> 12 & (2**48 - 1)) << 80 | 0x7 << 76 | (moment & 0xFFF) << 64
    return UUID(int=high | 0b10 << 62 | random)


def _next_moment() -> int:
    """Now in parts of 1/4096 ms; later than the last one of the same second."""
    global _last
    now = (time.time_ns() << 12) // 1_000_000
    with _lock:
        if 0 <= _last - now < _SECOND:
            now = _last + 1
        _last = now
    return now
