"""What can become of a plan, and why one is stopped."""

from enum import StrEnum


class PlanState(StrEnum):
    """How a plan stands."""

    ACTIVE = "active"
    COMPLETED = "completed"
    STOPPED = "stopped"


class EventKind(StrEnum):
    """What happened to a plan."""

    CREATED = "created"
    REVIEW_MOVED = "review_moved"
    FOLLOWED_UP = "followed_up"  # newer values came: what is reached is on record
    COMPLETED = "completed"
    STOPPED = "stopped"


class ChangeKind(StrEnum):
    """What somebody can do to an active plan."""

    REVIEW_MOVED = "review_moved"
    COMPLETED = "completed"
    STOPPED = "stopped"


class StopReason(StrEnum):
    """Why a plan was stopped."""

    NOT_FEASIBLE = "not_feasible"
    UNSUITABLE = "unsuitable"
    PREFERENCE = "preference"
    NO_EFFECT = "no_effect"
    UNDONE = "undone"  # the accepted verdict is taken back with it
    OTHER = "other"
    DECLINED = "declined"  # the option was declined meanwhile; the service itself says so
    REPLACED = "replaced"  # another plan took its place; the service itself says so


OWN_REASONS = frozenset({StopReason.DECLINED, StopReason.REPLACED})
"""What the service alone says."""

STATE_AFTER = {EventKind.COMPLETED: PlanState.COMPLETED, EventKind.STOPPED: PlanState.STOPPED}
"""What ends a plan; after all else it is active."""
