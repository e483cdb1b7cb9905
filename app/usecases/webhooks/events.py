"""An event as receivers are told of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from app.domain.webhook_event import EventType


@dataclass(frozen=True, slots=True)
class Review:
    """A plan that is to be looked at on a date."""

    plan_id: UUID
    due_on: date


@dataclass(frozen=True, slots=True)
class Event:
    """What happened. `data` holds ids and links of things, never a patient's id nor a value."""

    type: EventType
    data: Mapping[str, Any] = field(default_factory=dict)
    review: Review | None = None

    @classmethod
    def review_due(cls, review: Review) -> "Event":
        """A plan's review is due; of the plan its id is told alone: an address of it names its patient."""
        return cls(EventType.PLAN_REVIEW_DUE, {"plan_id": str(review.plan_id)}, review)

    def body(self, at: datetime) -> str:
        """As it is sent, by Standard Webhooks; `at` is when it happened."""
        told = {"type": self.type, "timestamp": at.isoformat(), "data": self.data}
        return json.dumps(told, separators=(",", ":"))
