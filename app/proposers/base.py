"""What a proposer hands to the engine."""

from dataclasses import dataclass

from app.domain.degraded import Degraded
from app.domain.schema import IntArray


class ProposerError(RuntimeError):
    """Whoever was to propose is away."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What proposals cost: time, and tokens where the server counts them."""

    milliseconds: float
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Proposals:
    """Raw proposals as levels, shape (well-formed ones, levers), and what became of the asking."""

    levels: IntArray
    requested: int = 0
    model: str | None = None
    prompt_version: str | None = None
    degraded: Degraded | None = None
    usage: Usage | None = None
