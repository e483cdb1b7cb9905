"""What a principal may do, in OAuth's sense of the word scope."""

from enum import StrEnum


class AccessScope(StrEnum):
    """One thing that a principal may do."""

    COUNTERFACTUALS_READ = "counterfactuals:read"
    """Read answers, patients' pages and what belongs to them."""
    COUNTERFACTUALS_WRITE = "counterfactuals:write"
    """Ask questions."""
    PREDICTIONS = "predictions"
    FEEDBACK = "feedback"
    """Give verdicts; record plans, preferences and results."""
    AUGMENTATIONS = "augmentations"
    AUDIT_READ = "audit:read"
    OPERATIONS_READ = "operations:read"
    """See metrics and why a part does not answer."""
    ADMIN = "admin"
    """All of it, and what is nobody else's: keys, and a patient's data as a whole."""
