"""What goes over the connection to a search process, and back."""

import struct
from dataclasses import dataclass
from typing import Any, Self

from app.tracing.noted import NotedSpan

_HEAD = struct.Struct("@Qd?")
_PROCESS = struct.Struct("@i")


def greeting(pid: int) -> bytes:
    """What a process says first: who it is."""
    return _PROCESS.pack(pid)


def greeted(message: bytes) -> int:
    """The id of the process that said this."""
    [pid] = _PROCESS.unpack(message)
    return int(pid)


@dataclass(frozen=True, slots=True)
class Question:
    """Work to be done: `work` is as `Shared` writes it; `deadline` is its `Stop`'s."""

    number: int
    deadline: float
    is_traced: bool
    work: bytes

    def written(self) -> bytes:
        return _HEAD.pack(self.number, self.deadline, self.is_traced) + self.work

    @classmethod
    def read(cls, message: bytes) -> Self:
        number, deadline, is_traced = _HEAD.unpack_from(message)
        return cls(number, deadline, is_traced, message[_HEAD.size :])


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of it: a value, or the error that it ended in; and the spans that it took."""

    value: Any = None
    error: Exception | None = None
    spans: tuple[NotedSpan, ...] = ()
