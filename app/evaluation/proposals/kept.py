"""Replies kept on disk, so that an evaluation that was stopped goes on where it was."""

import json
from dataclasses import asdict
from pathlib import Path

from app.evaluation.proposals.asking import Reply


class Kept:
    """Replies to one proposer's questions, a JSON line each; the file's name says what they depend on."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.replies: dict[int, Reply] = {}
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                entry = json.loads(line)
                reply = Reply(tuple(entry["texts"]), entry["tokens"], entry["seconds"])
                self.replies[entry["person"]] = reply

    def add(self, person: int, reply: Reply) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"person": person} | asdict(reply)) + "\n")
        self.replies[person] = reply
