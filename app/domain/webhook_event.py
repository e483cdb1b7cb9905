"""What receivers of webhooks can be told of."""

from enum import StrEnum


class EventType(StrEnum):
    """One kind of event, as it is named on the wire."""

    AUGMENTATION_COMPLETED = "augmentation.completed"
    AUGMENTATION_FAILED = "augmentation.failed"
    AUGMENTATION_CANCELLED = "augmentation.cancelled"
    PLAN_REVIEW_DUE = "plan.review_due"
