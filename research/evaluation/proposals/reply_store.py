"""Replies kept on disk, so that an evaluation that was stopped goes on where it was."""

from dataclasses import asdict
from pathlib import Path

from research.evaluation.proposals.sampling import RawReply
from research.evaluation.runner.json_lines import append_line, read_lines


class ReplyStore:
    """Replies to one proposer's questions, a JSON line each; the file's name says what they depend on."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.replies: dict[int, RawReply] = {
            entry["person"]: RawReply(tuple(entry["texts"]), tokens=entry["tokens"], seconds=entry["seconds"])
            for entry in read_lines(path)
        }

    def add(self, person: int, reply: RawReply) -> None:
        append_line(self._path, {"person": person} | asdict(reply))
        self.replies[person] = reply
