"""Access tokens that the mock EHR has given out, and what each lets in."""

import re
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

_SCOPE = re.compile(r"^(patient|user|system)/(\*|[A-Za-z]+)\.(read|write|\*|[cruds]+)$")
_OLD = {"read": "rs", "write": "cud", "*": "cruds"}
"""Interactions by their names in SMART 1."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token stands for; with a `patient` it reaches nobody else."""

    client_id: str
    scopes: tuple[str, ...]
    patient: str | None
    ends_at: float

    def allows(self, type: str, interaction: str, patient: str | None) -> bool:
        """Whether it lets `r`ead or `s`earch a type; of one patient, or of everybody where it is None."""
        return any(self._allows(scope, type, interaction, patient) for scope in self.scopes)

    def _allows(self, scope: str, type: str, interaction: str, patient: str | None) -> bool:
        parts = _SCOPE.match(scope)
        if parts is None:
            return False
        who, which, how = parts.groups()
        reaches = who != "patient" or (self.patient is not None and patient == self.patient)
        return reaches and which in ("*", type) and interaction in _OLD.get(how, how)


@dataclass
class Grants:
    """All that were given out since the start."""

    by_token: dict[str, Grant] = field(default_factory=dict)

    def give(
        self, client_id: str, scopes: Iterable[str], patient: str | None = None, seconds: float = 300.0
    ) -> str:
        """A new token."""
        token = secrets.token_urlsafe(24)
        self.by_token[token] = Grant(client_id, tuple(scopes), patient, time.time() + seconds)
        return token

    def behind(self, authorization: str | None) -> Grant | None:
        """The grant of an Authorization header; None where it is none of these, or over."""
        scheme, _, token = (authorization or "").partition(" ")
        grant = self.by_token.get(token) if scheme.lower() == "bearer" else None
        return grant if grant is not None and time.time() < grant.ends_at else None
