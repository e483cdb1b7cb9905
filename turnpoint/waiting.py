"""How often a job is looked at, and when waiting ends."""

import time

from turnpoint.errors import JobEndedError, StillRunningError
from turnpoint.jobs import Job, State

_FIRST_S, _LONGEST_S, _GROWTH = 0.2, 3.0, 1.3

PATIENCE = 20
"""So often a look at a job is repeated while the service is away, which takes five minutes or more: a
job outlives a restart, and whoever waits for it should."""


class Waiting:
    """One wait for one job, for `at_most` seconds or as long as it takes."""

    def __init__(self, at_most: float | None) -> None:
        self._deadline = None if at_most is None else time.monotonic() + at_most
        self._pause = _FIRST_S

    def pause(self, job: Job) -> float | None:
        """Seconds until the next look, or None when the job is complete.

        Raises:
            JobEndedError: It failed or was cancelled.
            StillRunningError: The time is over.
        """
        if job.state is State.COMPLETED:
            return None
        if job.has_ended:
            raise JobEndedError(job)
        if self._deadline is not None and time.monotonic() > self._deadline:
            raise StillRunningError(f"Job {job.id} is still {job.state}; it goes on.")
        pause, self._pause = self._pause, min(_GROWTH * self._pause, _LONGEST_S)
        return pause
