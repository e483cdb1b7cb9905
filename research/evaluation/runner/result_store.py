"""What a method answered about one person, and where answers are kept so that a killed run goes on."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from research.evaluation.methods.reply import Ending, MethodReply
from research.evaluation.runner.json_lines import append_line, read_lines


@dataclass(frozen=True, slots=True)
class TimedReply:
    """A reply about one person, with what it took: seconds of CPU of the whole process, and of wall clock.

    `memory_mb`: the most that the process has held so far, resident, the model and training people included.
    """

    person: int
    reply: MethodReply
    cpu_s: float
    wall_s: float
    memory_mb: float = 0.0


class ResultStore:
    """Answers of one method in a file of JSON lines; a line says whom it is about."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> dict[int, TimedReply]:
        """The answers kept so far, by the person's id; a line cut short by a killed run is dropped."""
        return {answer.person: answer for answer in map(_answer, read_lines(self._path))}

    def keep(self, answer: TimedReply) -> None:
        append_line(self._path, asdict(answer))

    def clear(self) -> None:
        self._path.unlink(missing_ok=True)


def _answer(entry: dict[str, Any]) -> TimedReply:
    reply = MethodReply(**entry.pop("reply"))
    return TimedReply(**entry, reply=replace(reply, ending=Ending(reply.ending)))
