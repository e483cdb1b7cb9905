"""A queue that is fair among callers: each in turn, whoever they are and however much they have waiting."""

from collections import OrderedDict, deque
from typing import Generic, TypeVar

T = TypeVar("T")


class FairQueue(Generic[T]):
    """Round robin over callers, first come first served for each (Nagle, 1987).

    With n callers waiting, whoever comes next is taken after at most n - 1 of others' items and their own.
    """

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, deque[T]] = OrderedDict()
        self._number = 0

    def __len__(self) -> int:
        return self._number

    def put(self, caller: str, item: T, ahead: bool = False) -> None:
        """Let an item wait behind the caller's own; with `ahead` before those, since it was begun already."""
        own = self._waiting.setdefault(caller, deque())
        if ahead:
            own.appendleft(item)
        else:
            own.append(item)
        self._number += 1

    def take(self) -> T:
        """The item whose turn it is.

        Raises:
            LookupError: nothing waits.
        """
        if not self._waiting:
            raise LookupError("nothing waits")
        caller, own = next(iter(self._waiting.items()))
        item = own.popleft()
        self._number -= 1
        if own:
            self._waiting.move_to_end(caller)
        else:
            del self._waiting[caller]
        return item

    def remove(self, caller: str, item: T) -> bool:
        """Take out an item that waits no more; whether it was there."""
        own = self._waiting.get(caller)
        if own is None or item not in own:
            return False
        own.remove(item)
        self._number -= 1
        if not own:
            del self._waiting[caller]
        return True
