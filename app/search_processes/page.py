"""A page of memory that a search process shares with who asks it: who has left, and that it goes on.

Nothing is sent for that, so that neither waits for the other, be one of them frozen.
"""

import mmap
import os
import struct

_NUMBER = struct.Struct("@Q")
_LEFT, _TICKS = 0, _NUMBER.size
_SIZE = 2 * _NUMBER.size


class Page:
    """Two numbers, each written by one of the two processes: the latest question left, signs of life."""

    def __init__(self, descriptor: int) -> None:
        """The page behind a descriptor, which stays the caller's to close."""
        self._memory = mmap.mmap(descriptor, _SIZE)

    def leave(self, question: int) -> None:
        """Nobody waits for this question any more; of an earlier one it need not be said."""
        _NUMBER.pack_into(self._memory, _LEFT, max(question, self._left))

    def is_left(self, question: int) -> bool:
        """Whether nobody waits for this question; questions have rising numbers."""
        return self._left >= question

    @property
    def _left(self) -> int:
        return int(_NUMBER.unpack_from(self._memory, _LEFT)[0])

    def tick(self) -> None:
        """A sign of life."""
        _NUMBER.pack_into(self._memory, _TICKS, self.ticks + 1)

    @property
    def ticks(self) -> int:
        """How many signs of life there were."""
        return int(_NUMBER.unpack_from(self._memory, _TICKS)[0])


def shared_memory() -> int:
    """A descriptor of memory for a page: whoever is handed it shares it (Linux).

    Raises:
        OSError: no more can be had.
    """
    descriptor = os.memfd_create("turnpoint-page")
    os.ftruncate(descriptor, _SIZE)
    return descriptor
