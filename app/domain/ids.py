"""Identifiers: those that sort by time, and those that a request has."""

import os
import re
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


def uuid7() -> UUID:
    """A version 7 UUID (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then random bits."""
    stamp = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10))
    high = (stamp & (2**48 - 1)) << 80 | 0x7 << 76 | (random >> 68 & 0xFFF) << 64
    low = 0b10 << 62 | random & (2**62 - 1)
    return UUID(int=high | low)
