"""What a method answered about one person, and where answers are kept so that a killed run goes on."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path


class Ending(StrEnum):
    """How asking a method about one person ended; all but `FOUND` count as not answered."""

    FOUND = "found"
    NONE = "none"  # the method said that it has no answer
    CRASHED = "crashed"  # an exception, or the process died
    KILLED = "killed"  # still at work at the hard limit


@dataclass(frozen=True, slots=True)
class Reply:
    """A method's own words: changed rows in the classifier's columns, best first, and whether it proves it.

    `proved`: a found answer is the best by the method's own measure, or it is certain that there is none.
    `robust`: the method says that its answer holds as asked, in refits, noise and partial adherence.
    """

    ending: Ending
    rows: tuple[tuple[float, ...], ...] = ()
    proved: bool = False
    robust: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply about one person, with what it took: seconds of CPU of the whole process, and of wall clock.

    `memory_mb`: the most that the process has held so far, resident, the model and training people included.
    """

    person: int
    reply: Reply
    cpu_s: float
    wall_s: float
    memory_mb: float = 0.0


class Shelf:
    """Answers of one method in a file of JSON lines; a line says whom it is about."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)

    def read(self) -> dict[int, Answer]:
        """The answers kept so far, by the person's id; a line cut short by a killed run is dropped."""
        return {answer.person: answer for answer in self._lines()}

    def keep(self, answer: Answer) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(answer)) + "\n")

    def clear(self) -> None:
        self._path.unlink(missing_ok=True)

    def _lines(self) -> Iterator[Answer]:
        if not self._path.exists():
            return
        for line in self._path.read_text(encoding="utf-8").splitlines():
            try:
                entry = json.loads(line)
                reply = Reply(**entry.pop("reply"))
                yield Answer(**entry, reply=replace(reply, ending=Ending(reply.ending)))
            except (ValueError, KeyError, TypeError):
                continue
