"""How much of the machine this process may use."""

import os


def cores() -> int:
    """The cores that it may run on: a container's or a scheduler's share, not the machine's."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
