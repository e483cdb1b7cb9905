"""Ids and times in examples: the same at every start, and one thing's the same wherever it is told."""

from datetime import UTC, date, datetime
from uuid import UUID

PATIENT_ID = "P-0017"
ANSWER_ID = UUID("01989f3e-7a2b-7c40-9d1e-5b8a4c2f6e00")
LATER_ANSWER_ID = UUID("01994a10-33c8-7d2e-8f41-7a60b5d1c902")
"""Of the next visit."""
PREDICTION_ID = UUID("01989f3e-7a2b-7c40-9d1e-5b8a4c2f6dff")
OPTION_ID = UUID("01989f3e-7a2b-7c40-9d1e-5b8a4c2f6e01")
"""Of the first option."""
FEEDBACK_ID = UUID("01989f41-02c5-7a1b-8c55-90e7d3ab1f24")
MEASUREMENT_ID = UUID("01989f42-5d30-7be8-9a47-3c1e86f0d2b9")
PREFERENCES_ID = UUID("01989f43-1c07-7d52-8b6e-94a0c5f3e217")
PSEUDONYM = UUID("6f1c2a58-0b7e-4d19-9c3f-5a2e8d471b60")
PLAN_ID = UUID("01989f42-5d30-7c11-a3f8-6b1e92c04d57")
PLAN_EVENT_ID = UUID("01989f42-5d30-7c11-a3f8-6b1e92c04d58")
JOB_ID = UUID("01989f50-6b1d-7e33-a4c0-2f95b7d8e416")
UPLOAD_ID = UUID("01989f4f-13aa-7f02-b6d9-c41e08a7f35d")
AUDIT_EVENT_ID = UUID("5f2c1e9a-7b44-4f0e-9d53-1a8e60c7b2d4")
PSEUDONYM = UUID("0b9d4c1e-52aa-4c7e-8f3a-e6d10b94a7c2")
"""Of the patient."""
CORRELATION_ID = UUID("c3a7d0f2-1b6e-4e55-a9c8-7d24f0b18e63")
ASKED = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SAID = datetime(2026, 3, 2, 9, 41, 7, tzinfo=UTC)
MEASURED = date(2026, 2, 24)
REVIEWED = date(2027, 3, 2)
LATER = datetime(2026, 9, 2, 9, 30, tzinfo=UTC)
SENT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
STARTED = datetime(2026, 3, 2, 10, 0, 1, tzinfo=UTC)
FINISHED = datetime(2026, 3, 2, 10, 0, 4, tzinfo=UTC)


def option_id(rank: int) -> UUID:
    """Of the option with this rank, from 1."""
    return UUID(int=OPTION_ID.int + rank - 1)


def improvement_id(rank: int) -> UUID:
    """Of the improvement with this rank, from 1; no answer has as many options."""
    return UUID(int=OPTION_ID.int + 0x100 + rank - 1)
