"""What can go wrong with a question, in the field's words: no face, no library, no value ever told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

Place = Literal["path", "query", "header"]
"""Where a parameter stands in a request."""
MOST_FAULTS = 100
"""How many faults of one thing are looked for: nobody reads more."""


@dataclass(frozen=True, slots=True)
class ValidationIssue:
    """One thing wrong with a request's body: a JSON pointer (RFC 6901) and a sentence without values.

    `label` is what people call the place, where that is not the end of the pointer.
    """

    pointer: str
    detail: str
    label: str = field(default="", compare=False)


class InvalidInputError(ValueError):
    """A request that cannot be answered as it stands; `issues` says why, one entry a fault."""

    def __init__(self, issues: list[ValidationIssue]) -> None:
        super().__init__(f"{len(issues)} faults in the input")
        self.issues = issues

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.issues,), vars(self)

    @classmethod
    def at(cls, pointer: str, detail: str, label: str = "") -> Self:
        """With one fault."""
        return cls([ValidationIssue(pointer, detail, label)])


class Gathering:
    """A part of a request is read within: what is wrong with it ends that part alone, and goes to `faults`.

    A class, since `contextlib` does not tell a type checker that an error may end here.
    """

    def __init__(self, faults: list[ValidationIssue]) -> None:
        self._faults = faults

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> bool:
        if not isinstance(error, InvalidInputError):
            return False
        self._faults += error.issues
        return True


@dataclass(frozen=True, slots=True)
class ParameterIssue:
    """One thing wrong with a parameter: its name, where it stands, and a sentence without values."""

    parameter: str
    place: Place
    detail: str


class InvalidParameterError(ValueError):
    """Parameters that are not valid, or do not go with the rest of the request."""

    def __init__(self, *issues: ParameterIssue) -> None:
        super().__init__(f"{len(issues)} faults of parameters")
        self.issues = issues


class NotFoundError(LookupError):
    """Nothing is stored or hosted under the id or name that is asked for."""


class ConflictError(RuntimeError):
    """What is asked for does not go with the state that things are in.

    `members` tell a program of that state. Where it passes by itself, `retry_after_s` says after how many
    seconds to ask again.
    """

    retry_after_s: int | None = None

    def __init__(self, detail: str, members: Mapping[str, Any] | None = None) -> None:
        super().__init__(detail)
        self.members = members or {}
