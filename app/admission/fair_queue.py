"""A queue that is fair among callers: each in turn, whoever they are and however much they have waiting."""

from collections import OrderedDict, deque
from collections.abc import Callable
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

    def take(self, may: Callable[[str], bool] = lambda _: True) -> tuple[str, T]:
        """Whose turn it is and their item, of those callers who `may` be served now.

        Raises:
            LookupError: nothing of theirs waits.
        """
        caller = next((name for name in self._waiting if may(name)), None)
        if caller is None:
            raise LookupError("nothing waits")
        own = self._waiting[caller]
        item = own.popleft()
        self._number -= 1
        if own:
            self._waiting.move_to_end(caller)
        else:
            del self._waiting[caller]
        return caller, item

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
