"""What a method replies about one person: the form that every adapter gives its answers."""

from dataclasses import dataclass
from enum import StrEnum


class Ending(StrEnum):
    """How asking a method about one person ended; all but `FOUND` count as not answered."""

    FOUND = "found"
    NONE = "none"  # the method said that it has no answer
    CRASHED = "crashed"  # an exception, or the process died
    KILLED = "killed"  # still at work at the hard limit


@dataclass(frozen=True, slots=True)
class MethodReply:
    """A method's own words: changed rows in the classifier's columns, best first, and whether it proves it.

    `proved`: a found answer is the best by the method's own measure, or it is certain that there is none.
    `robust`: the method says that its answer holds as asked, in refits, noise and partial adherence.
    """

    ending: Ending
    rows: tuple[tuple[float, ...], ...] = ()
    proved: bool = False
    robust: bool = False
    detail: str = ""
    asked: tuple[tuple[str, ...], ...] = ()
    """The features that each answer asks to change, followers aside; empty of a method that does not say."""
