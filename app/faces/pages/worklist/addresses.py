"""What an address asks of the worklist, and the address of what is asked: never a patient's id in it."""

from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from app.domain.certainty import Certainty
from app.domain.consultation import STATES
from app.domain.errors import InvalidParameterError, ParameterIssue
from app.parsing.pointers import is_plain
from app.usecases.worklist.cursor import read_cursor, to_text
from app.usecases.worklist.question import PlanState, Sort, WorklistFilter, WorklistQuestion

CERTAINTY = {state: certainty for certainty, state in STATES.items()}
DECLINED = "yes"
_UNTOLD = "a parameter"
_Read = TypeVar("_Read")


def read_question(given: Mapping[str, str]) -> WorklistQuestion:
    """What the parameters of an address ask; those left empty, as a form sends them, ask nothing.

    Raises:
        InvalidParameterError: with all that cannot be understood, since a list that looked filtered and was
            not would mislead.
    """
    reader = _Reader({name: text for name, text in given.items() if text})
    sort = reader.read("sort", _one_of(Sort)) or Sort.SEEN
    question = WorklistQuestion(
        sort,
        WorklistFilter(
            certainty=reader.read("state", _state),
            plan=reader.read("plan", _one_of(PlanState)),
            is_declined=reader.read("declined", _yes) or False,
            model=reader.read("model", str),
            since=reader.read("since", _day),
        ),
        reader.read("at", read_cursor),
    )
    if question.position is not None and question.position.sort is not sort:
        reader.faults.append(ParameterIssue("at", "query", "is a cursor of another order"))
    reader.finish()
    return question


def address_of(question: WorklistQuestion) -> str:
    """The shortest address that asks the same."""
    wanted, sort = question.filter, question.sort
    given = {
        "sort": None if sort is Sort.SEEN else sort,
        "state": STATES[wanted.certainty] if wanted.certainty else None,
        "plan": wanted.plan,
        "declined": DECLINED if wanted.is_declined else None,
        "model": wanted.model,
        "since": wanted.since.isoformat() if wanted.since else None,
        "at": to_text(question.position) if question.position else None,
    }
    query = urlencode({name: text for name, text in given.items() if text})
    return f"/?{query}" if query else "/"


class _Reader:
    """Takes parameters one by one, and notes what is wrong with them."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._left = dict(given)
        self.faults: list[ParameterIssue] = []

    def read(self, name: str, read: Callable[[str], _Read]) -> _Read | None:
        text = self._left.pop(name, None)
        try:
            return None if text is None else read(text)
        except ValueError as error:
            self.faults.append(ParameterIssue(name, "query", str(error)))
            return None

    def finish(self) -> None:
        names = dict.fromkeys(name if is_plain(name) else _UNTOLD for name in self._left)
        self.faults += [ParameterIssue(name, "query", "is not a filter of this list") for name in names]
        if self.faults:
            raise InvalidParameterError(*self.faults)


_Choice = TypeVar("_Choice", bound=StrEnum)


def _one_of(choices: type[_Choice]) -> Callable[[str], _Choice]:
    def read(text: str) -> _Choice:
        if text not in list(choices):
            raise ValueError(f"must be one of {', '.join(choices)}")
        return choices(text)

    return read


def _state(text: str) -> Certainty:
    chosen = next((certainty for state, certainty in CERTAINTY.items() if state == text), None)
    if chosen is None:
        raise ValueError(f"must be one of {', '.join(CERTAINTY)}")
    return chosen


def _yes(text: str) -> bool:
    if text != DECLINED:
        raise ValueError(f"must be {DECLINED}")
    return True


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise ValueError("must be a date such as 2026-03-31")
    return day
