"""How much of a plan is reached, by the values that came after it.

Of one change it is the share of the way that was gone: (now - from) / (to - from). 0 is where it began, 1 is
where it was to end; whoever went the other way is below 0, whoever went further is above 1. A yes or no is
reached or not. Of the plan as a whole it is the mean over its changes of these shares, each kept within 0 and
1: going twice as far with one does not make up for another that was left.
"""

from collections.abc import Iterable

from app.domain.schema import Value


def share_reached(start: Value, planned: Value, now: Value) -> float | None:
    """The share of one change that is reached; None where it cannot be known, or nothing was to change."""
    if start is None or planned is None or now is None or start == planned:
        return None
    if isinstance(planned, bool | str) or isinstance(now, bool | str) or isinstance(start, str):
        return 1.0 if now == planned else 0.0
    return (float(now) - float(start)) / (float(planned) - float(start))


def within(share: float) -> float:
    """The share as it is drawn and counted: from 0 to 1."""
    return min(max(share, 0.0), 1.0)


def adherence(shares: Iterable[float | None]) -> float | None:
    """Of the plan as a whole, from those of its changes (0-1); None where none of them is known."""
    known = [within(share) for share in shares if share is not None]
    return sum(known) / len(known) if known else None
