"""What is kept beside an output while it is made, so that an interrupted command goes on where it was."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

from pydantic import BaseModel, Field, ValidationError

from turnpoint import Upload


class OtherWorkError(Exception):
    """What is kept beside the output belongs to another input or other options."""


class ResumeState(BaseModel):
    """How far it got: the upload, the job, and the key under which the job is asked for once only."""

    digest: str
    key: str = Field(default_factory=lambda: str(uuid4()))
    upload: Upload | None = None
    job_id: str | None = None


class ResumeFile:
    """A ticket in a small file beside `output`, written whenever it changes."""

    def __init__(self, output: Path, digest: str) -> None:
        self.path = output.with_name(f"{output.name}.turnpoint.json")
        self._digest = digest

    def read(self) -> ResumeState:
        """The ticket that an earlier run left, or a new one.

        Raises:
            OtherWorkError: It was left by work of another kind, or is no ticket.
        """
        if not self.path.exists():
            return ResumeState(digest=self._digest)
        try:
            state = ResumeState.model_validate_json(self.path.read_bytes())
        except ValidationError:
            state = ResumeState(digest="")
        if state.digest != self._digest:
            raise OtherWorkError(
                f"{self.path} is of another input or other options: "
                "go on with those, or delete it to start anew."
            )
        return state

    def write(self, state: ResumeState) -> None:
        part = self.path.with_name(f".{self.path.name}.part")
        part.write_text(state.model_dump_json())
        part.replace(self.path)

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)


def digest_of(rows: Path, options: Mapping[str, object]) -> str:
    """Equal for the same content and the same options."""
    with rows.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    return hashlib.sha256(json.dumps([content, dict(options)], sort_keys=True).encode()).hexdigest()
