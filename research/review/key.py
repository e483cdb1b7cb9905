"""The key: which option is of which method. It is kept from reviewers; the packet has its digest alone."""

import hashlib
import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from research.review.errors import ReviewError
from research.review.methods import Reviewed

SHORT = 16
"""So many hex digits of the key's digest name a packet."""
_MOST_BYTES = 1 << 24


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class KeyOption(_Part):
    """Of one option what reviewers are not told."""

    option: str
    methods: tuple[Reviewed, ...]
    cut: tuple[Reviewed, ...]
    """Of these the ones whose answer was not permitted as it came, or not on the steps."""
    reaches_target: bool
    text: str
    """What reviewers read."""


class KeyCase(_Part):
    """Of one case who it is about, by their id in the version's held-out people, and its options."""

    case: str
    person: int
    options: tuple[KeyOption, ...]


class Key(_Part):
    """All that a packet hides.

    `nonce` is drawn anew for each packet, so that nobody finds the methods by trying which key would have
    the digest that the packet tells.
    """

    format: Literal["turnpoint-review-key/1"] = "turnpoint-review-key/1"
    model: str
    model_digest: str
    seed: int
    reduction: float | None
    """How far below their own risk people are to come; to the model's threshold when None."""
    asked_about: int
    """How many people had to be asked about for these cases: the others had no two options to compare."""
    methods: Mapping[Reviewed, str]
    left_out: Mapping[Reviewed, str]
    cases: tuple[KeyCase, ...]
    nonce: str = Field(default_factory=lambda: secrets.token_hex(32))


def key_bytes(key: Key) -> bytes:
    """The key as its file holds it."""
    return f"{key.model_dump_json(indent=1)}\n".encode()


def digest_of(content: bytes) -> str:
    """SHA-256 of a key's file, which the packet tells."""
    return hashlib.sha256(content).hexdigest()


def write_key(path: Path, content: bytes) -> None:
    """Write a key that its owner alone may read, whole or not at all.

    Raises:
        FileExistsError: there is a file already; a key is never written over.
        OSError: it cannot be written.
    """
    file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    try:
        with file:
            file.write(content)
    except BaseException:  # a run that is stopped leaves no half key either
        path.unlink()
        raise


def read_key(path: Path) -> tuple[Key, str]:
    """A key and the digest of its file.

    Raises:
        ReviewError: there is none, or it is no key.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ReviewError(f"{path} is no key of a packet: it is too large.")
        content = path.read_bytes()
    except OSError as error:
        raise ReviewError(f"The key {path} cannot be read: {error.strerror}.") from error
    try:
        return Key.model_validate_json(content), digest_of(content)
    except ValidationError as error:
        raise ReviewError(f"{path} is no key of a packet, or was changed: {_first_fault(error)}.") from error


def asked_of(key: Key) -> Sequence[tuple[str, str]]:
    """Every case with every of its options, by their names in the packet, in its order."""
    return [(case.case, option.option) for case in key.cases for option in case.options]


def _first_fault(error: ValidationError) -> str:
    fault = error.errors()[0]
    place = ".".join(map(str, fault["loc"])) or "the file"
    return f"{place}: {fault['msg']}"
