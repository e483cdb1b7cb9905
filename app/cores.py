"""How much of the machine this process may use."""

import os
from pathlib import Path

_CONTROL_GROUP = Path("/sys/fs/cgroup")
"""As a process in a container sees its own; outside, it is the root's, which has no quota."""
_QUOTA_AND_PERIOD = (("cpu.max",), ("cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us"))
"""Files that tell microseconds of processor time in each period of microseconds, by version 2 and 1."""


def cores(control_group: Path = _CONTROL_GROUP) -> int:
    """The cores that it may use: a container's or a scheduler's share, not the machine's; at least one.

    They are those that it may run on, and no more than its control group's quota comes to, rounded up.
    """
    open_to_it = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = _quota(control_group)
    return open_to_it if quota is None else min(open_to_it, quota)


def can_share_memory() -> bool:
    """Whether processes can be handed memory to share, as on Linux."""
    return hasattr(os, "memfd_create")


def _quota(control_group: Path) -> int | None:
    """Cores of a control group, rounded up; None where it has no limit, or none that can be read."""
    for names in _QUOTA_AND_PERIOD:
        try:
            written = " ".join((control_group / name).read_text() for name in names)
            quota, period = (int(word) for word in written.split())
        except (OSError, ValueError):  # not there; or `max`, or no numbers
            continue
        if quota > 0 and period > 0:  # version 1 writes -1 for no limit
            return -(-quota // period)
    return None
