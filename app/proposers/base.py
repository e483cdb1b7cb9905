"""What a proposer hands to the engine."""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.schema import IntArray


class Degraded(StrEnum):
    """What was away while an answer was made, or not made for it."""

    LLM_UNAVAILABLE = "llm_unavailable"
    LLM_TIMEOUT = "llm_timeout"
    LLM_NOT_TAUGHT = "llm_not_taught"
    """A language model is there, but was fine-tuned for another classifier's questions."""
    CACHE_UNAVAILABLE = "cache_unavailable"


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
    asked: int
    model: str | None
    prompt_version: str | None
    degraded: Degraded | None = None
    usage: Usage | None = None
