"""Search processes as the gateway has them: taken for a question, given back, replaced when one has ended."""

import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

import structlog

from app.admission.current_caller import UNDER_WAY
from app.admission.refusals import RefusedError
from app.engine.budget import AbandonedError, Stop
from app.metrics import SEARCH_PROCESSES_ENDED, SEARCHES_WITHOUT_PROCESS
from app.search_processes.messages import Reply
from app.search_processes.process import EndedError, FrozenError, SearchProcess
from app.search_processes.template import Niceness, Template
from app.tracing.noted import record

T = TypeVar("T")
_AGAIN_S = 5
_REST_S = 10.0
"""How long none is started after one could not be: each question would wait for it."""
_log = structlog.get_logger()


class SearchesEndedError(RefusedError):
    """The processes that worked on a question have ended, one after the other."""

    def __init__(self) -> None:
        super().__init__("The search was ended twice, as happens when memory is short.", _AGAIN_S)


class SearchProcesses:
    """As many as questions are asked at a time; called from several threads.

    Who has several questions in search is patient: their processes give way to those of all others.
    """

    def __init__(self, template: Template) -> None:
        self._template, self._shared = template, template.shared
        self._idle: dict[Niceness, deque[SearchProcess]] = {one: deque() for one in Niceness}
        self._is_closed = False
        self._are_missing = False
        self._none_before = 0.0

    def run(self, stop: Stop, work: Callable[[], T]) -> T:
        """What work returns, done elsewhere: what it is called with there are copies, but for hosted models.

        Where a process ends in the middle or is frozen, a new one begins anew, once. Where that is frozen as
        well, or none can be had, the work is done in this thread. Raises what the work raises.

        Raises:
            SearchesEndedError: the new one ended as well.
            AbandonedError: nobody waits any more, or a process has not replied long after the deadline.
        """
        message = self._shared.dumps(work)
        niceness = Niceness.PATIENT if UNDER_WAY.get() > 1 else Niceness.PROMPT
        is_frozen = False
        for process in (self._idle_or_new, self._new):
            try:
                taken = process(niceness)
                reply = taken.asked(stop, message)
            except EndedError:
                _note_end("search_process_ended")
                is_frozen = False
            except FrozenError:
                _note_end("search_process_frozen")
                is_frozen = True
            except AbandonedError:
                _note_end("search_process_too_late")
                raise
            except OSError as error:
                self._note_missing(error)
                return work()
            else:
                self._give_back(taken)
                return self._told(reply, stop)
        if is_frozen:
            return work()
        raise SearchesEndedError

    def start(self, number: int) -> None:
        """Have so many ready before they are asked."""
        with suppress(OSError):  # tried again when they are
            for _ in range(number):
                self._idle[Niceness.PROMPT].append(self._new(Niceness.PROMPT))

    def close(self) -> None:
        """End those that are idle, and have no more started; others end once they have replied."""
        self._is_closed = True
        self._template.close()
        for idle in self._idle.values():
            while idle:
                idle.pop().close()

    def _give_back(self, process: SearchProcess) -> None:
        if self._is_closed:
            process.close()
        else:
            self._idle[process.niceness].append(process)

    def _told(self, written: bytes, stop: Stop) -> Any:
        reply: Reply = self._shared.loads(written, stop)
        record(reply.spans)
        if reply.error is not None:
            raise reply.error
        return reply.value

    def _idle_or_new(self, niceness: Niceness) -> SearchProcess:
        """The latest that was given back, since what it touched is in the processor's cache; one of another
        niceness where none of this one is idle or can be started."""
        with suppress(IndexError):
            return self._idle[niceness].pop()
        try:
            return self._new(niceness)
        except OSError:
            for idle in self._idle.values():
                with suppress(IndexError):
                    return idle.pop()
            raise

    def _new(self, niceness: Niceness) -> SearchProcess:
        if time.monotonic() < self._none_before:
            raise ChildProcessError("none could be had of late")
        try:
            process = SearchProcess(self._template, niceness)
        except OSError:
            self._none_before = time.monotonic() + _REST_S
            raise
        self._are_missing = False
        return process

    def _note_missing(self, error: OSError) -> None:
        """Logged once, not for each question: there may be none until the gateway is started again."""
        SEARCHES_WITHOUT_PROCESS.inc()
        if not self._are_missing:
            self._are_missing = True
            _log.error("no_search_process", error=type(error).__name__)


def _note_end(event: str) -> None:
    SEARCH_PROCESSES_ENDED.inc()
    _log.warning(event)
