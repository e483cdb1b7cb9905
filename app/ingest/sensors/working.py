"""People read one after the other, or in several processes; each becomes a part."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait as wait_for
from pathlib import Path

from app.ingest.sensors.losses import Losses
from app.ingest.sensors.measuring import measure
from app.ingest.sensors.parts import Parts, fingerprint_of
from app.ingest.sensors.sources.base import PersonRef, Source, SourceError

AHEAD = 2
"""People who wait for each process: memory stays flat however many there are."""
_here: tuple[Source, Parts] | None = None
"""What a worker process works on."""


def work(source: Source, parts: Parts, people: Sequence[PersonRef], processes: int) -> Iterator[str]:
    """Make a part of everybody who has none yet; yields ids as they are done.

    Raises:
        SourceError: a process was ended from outside; what is done stays.
    """
    left = [ref for ref in people if not parts.is_done(ref, fingerprint_of(source, ref))]
    done = {ref.person_id for ref in people} - {ref.person_id for ref in left}
    yield from sorted(done)
    if processes < 2 or len(left) < 2:
        for ref in left:
            yield _one(source, parts, ref)
        return
    try:
        yield from _in_processes(source, parts, left, min(processes, len(left)))
    except BrokenProcessPool:
        raise SourceError("A process was ended from outside; the same command goes on.") from None


def _one(source: Source, parts: Parts, ref: PersonRef) -> str:
    losses = Losses()
    fingerprint = fingerprint_of(source, ref)
    data = source.read(ref, losses)
    parts.write(ref, fingerprint, None if data is None else measure(data, losses), losses)
    return ref.person_id


def _in_processes(source: Source, parts: Parts, left: Sequence[PersonRef], count: int) -> Iterator[str]:
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(count, context, _begin, (source, parts.folder))
    waiting: set[Future[str]] = set()
    try:
        for ref in left:
            if len(waiting) >= count * AHEAD:
                finished, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                yield from (one.result() for one in finished)
            waiting.add(pool.submit(_in_worker, ref))
        while waiting:
            finished, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            yield from (one.result() for one in finished)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _begin(source: Source, folder: Path) -> None:
    global _here
    _here = source, Parts(folder)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends its workers
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A parent that was killed cannot end its workers."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for([parent.sentinel])
        os._exit(1)


def _in_worker(ref: PersonRef) -> str:
    assert _here is not None, "the process was begun"
    return _one(*_here, ref)
