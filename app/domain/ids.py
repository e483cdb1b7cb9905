"""Identifiers that sort by time."""

import os
import time
from uuid import UUID

PATIENT_ID = r"^[._-]*[A-Za-z0-9][A-Za-z0-9._-]*$"
"""A caller's own opaque id, `PATIENT_ID_LENGTH` long at most; dots alone would be steps in a path."""
PATIENT_ID_LENGTH = 64


def uuid7() -> UUID:
    """A version 7 UUID (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then random bits."""
    stamp = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10))
    high = (stamp & (2**48 - 1)) << 80 | 0x7 << 76 | (random >> 68 & 0xFFF) << 64
    low = 0b10 << 62 | random & (2**62 - 1)
    return UUID(int=high | low)
