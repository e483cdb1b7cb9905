"""What is shown of an answer."""

from collections.abc import Sequence
from typing import Protocol

from turnpoint.answers import Counterfactual, Improvement, Infeasible, Now, Question, Status


class Shown(Protocol):
    """The parts of an answer that tables are made of."""

    @property
    def status(self) -> Status: ...
    @property
    def prediction(self) -> Now: ...
    @property
    def counterfactuals(self) -> Sequence[Counterfactual]: ...
    @property
    def improvements(self) -> Sequence[Improvement]: ...
    @property
    def infeasible(self) -> Infeasible | None: ...
    @property
    def question(self) -> Question | None: ...


def offered(answer: Shown) -> list[tuple[str, Counterfactual]]:
    """All that an answer offers, options before improvements, each with which of the two it is."""
    options = [("option", option) for option in answer.counterfactuals]
    return [*options, *(("improvement", one) for one in answer.improvements)]
