"""The classes that rows are made for."""

from enum import StrEnum


class Label(StrEnum):
    """The class that rows shall have."""

    LOW = "low"
    HIGH = "high"
