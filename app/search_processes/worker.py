"""What a search process does: one question after the other, until nobody is there to ask."""

import os
import select
from collections.abc import Callable
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection

from app.engine.budget import Stop
from app.raised_at import keep_raised_at
from app.search_processes.messages import Question, Reply, greeting
from app.search_processes.page import Page
from app.search_processes.shared import Shared
from app.tracing.noted import noting


@dataclass(slots=True)
class HeardStop(Stop):
    """A `Stop` that the process that asked sets. It is checked hundreds of times for a question."""

    connection: Connection | None = None
    page: Page | None = None
    number: int = 0
    parent: int = 0

    def check(self) -> None:
        assert self.connection is not None
        assert self.page is not None
        if os.getppid() != self.parent and _has_hung_up(self.connection):
            os._exit(0)
        self.page.tick()
        self.is_set = self.is_set or self.page.is_left(self.number)
        Stop.check(self)


def serve(shared: Shared, connection: Connection, page: Page) -> None:
    """Answer what comes over the connection until its other end is closed."""
    parent = os.getppid()
    try:
        connection.send_bytes(greeting(os.getpid()))
        while True:
            question = Question.read(connection.recv_bytes())
            stop = HeardStop(
                question.deadline,
                connection=connection,
                page=page,
                number=question.number,
                parent=parent,
            )
            connection.send_bytes(_answered(shared, question, stop))
    except (EOFError, OSError):
        return


def _has_hung_up(connection: Connection) -> bool:
    """Whether the other end is closed: the template, which ends with the gateway, may end alone as well."""
    looking = select.poll()
    looking.register(connection.fileno(), 0)
    return any(event & select.POLLHUP for _, event in looking.poll(0))


def _answered(shared: Shared, question: Question, stop: Stop) -> bytes:
    with noting(question.is_traced) as spans:
        reply = _reply(shared, question, stop)
    try:
        return shared.dumps(replace(reply, spans=tuple(spans)))
    except Exception as error:  # what it ends in cannot be pickled
        return shared.dumps(Reply(error=_noted(TypeError(type(error).__name__))))


def _reply(shared: Shared, question: Question, stop: Stop) -> Reply:
    try:
        work: Callable[[], object] = shared.loads(question.work, stop)
        return Reply(work())
    except Exception as error:
        return Reply(error=_noted(error))


def _noted(error: Exception) -> Exception:
    keep_raised_at(error)
    return error
