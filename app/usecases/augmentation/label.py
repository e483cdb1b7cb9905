"""The classes that rows are made for."""

from enum import StrEnum


class Label(StrEnum):
    """The class that rows shall have."""

    LOW = "low"
    HIGH = "high"

    @property
    def other(self) -> "Label":
        """The class of whoever is not of this one."""
        return Label.HIGH if self is Label.LOW else Label.LOW
