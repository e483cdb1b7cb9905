"""What may be missing while an answer is made, said with the answer."""

from enum import StrEnum


class Degraded(StrEnum):
    """What was away while an answer was made, or not made for it."""

    LLM_UNAVAILABLE = "llm_unavailable"
    """Nobody was there, or what came was an error or no completion."""
    LLM_TIMEOUT = "llm_timeout"
    LLM_NO_PROPOSAL = "llm_no_proposal"
    """A language model answered, but in nothing that it said was a well-formed proposal."""
    LLM_NOT_TAUGHT = "llm_not_taught"
    """A language model is there, but was fine-tuned for another classifier's questions."""
    CACHE_UNAVAILABLE = "cache_unavailable"
    DEADLINE = "deadline"
    """The caller's wait was over before language model or search had done all that they do."""

    @property
    def is_away(self) -> bool:
        """Whether a language model was to be asked and gave no completion."""
        return self in (Degraded.LLM_UNAVAILABLE, Degraded.LLM_TIMEOUT)

    @property
    def passes(self) -> bool:
        """Whether the next equal question may fare better, so that nobody keeps the answer for it."""
        return self.is_away or self in (Degraded.LLM_NO_PROPOSAL, Degraded.DEADLINE)
