"""Reading what a chat-completions server answers with, which may be anything."""

from dataclasses import dataclass
from typing import Any


class NotACompletionError(ValueError):
    """A document is no completion; says nothing of what it holds."""


@dataclass(frozen=True, slots=True)
class Completion:
    """Sampled answers, and what they cost as the server counts it (None where it does not)."""

    texts: list[str]
    prompt_tokens: int | None
    completion_tokens: int | None
    """Of all answers."""
    first_tokens: int | None = None
    """Of the first answer, where the server counts that one alone."""
    choices: int = 0
    """How many there were, with a text or without."""


def read_completion(document: Any, count: int) -> Completion:
    """The texts of up to `count` choices. Choices without a text are left out, and so may all of them be.

    Raises:
        NotACompletionError: there is no list of choices, or none of them is one.
    """
    choices = document.get("choices") if isinstance(document, dict) else None
    if not isinstance(choices, list):
        raise NotACompletionError
    messages = [choice.get("message") for choice in choices[:count] if isinstance(choice, dict)]
    contents = [message.get("content") for message in messages if isinstance(message, dict)]
    if choices and not contents:
        raise NotACompletionError
    texts = [content for content in contents if isinstance(content, str)]
    prompt_tokens, completion_tokens = _usage(document)
    # llama.cpp, which alone has `timings`, merges several answers but gives the usage of the first.
    if "timings" in document and len(choices) > 1:
        return Completion(texts, prompt_tokens, None, completion_tokens, len(choices))
    return Completion(texts, prompt_tokens, completion_tokens, choices=len(choices))


def together(parts: list[Completion]) -> Completion:
    """Several completions as one; what one of them does not count, nobody knows of all."""
    return Completion(
        [text for part in parts for text in part.texts],
        _sum([part.prompt_tokens for part in parts]),
        _sum([part.completion_tokens for part in parts]),
        choices=sum(part.choices for part in parts),
    )


def _usage(document: dict[str, Any]) -> tuple[int | None, int | None]:
    """Tokens read and said. They are only told: whatever else stands in their place is as good as nothing."""
    usage = document.get("usage")
    if not isinstance(usage, dict):
        return None, None
    return _count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens"))


def _count(tokens: object) -> int | None:
    return tokens if type(tokens) is int and 0 <= tokens < 1 << 31 else None


def _sum(counts: list[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known and len(known) == len(counts) else None
