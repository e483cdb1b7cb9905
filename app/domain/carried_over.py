"""What a language model was taught about another model, where it was measured to help with this one."""

import re
from dataclasses import dataclass
from typing import Self

_MARK = re.compile(r"\+(?P<taught>[a-z0-9-]+@[0-9]+):(?P<valid>[0-9]+):(?P<few_shot>[0-9]+)(?=\+|$)")


@dataclass(frozen=True, slots=True)
class CarriedOver:
    """Whose lessons they are, and which share of single raw proposals was valid, in whole per cent."""

    taught_for: str
    """The version that they were for, such as "dysglycaemia@2"."""
    valid: int
    few_shot: int
    """The same of few-shot prompts without these lessons."""

    @property
    def words(self) -> str:
        """As answers and lists of models tell it."""
        return f"carried over from {self.taught_for}: {self.valid} % against {self.few_shot} %"

    @property
    def mark(self) -> str:
        """As the version of a prompt has it, which is on record."""
        return f"+{self.taught_for}:{self.valid}:{self.few_shot}"

    @classmethod
    def read(cls, prompt_version: str | None) -> Self | None:
        """What the version of a prompt says; None where nothing was carried over."""
        found = _MARK.search(prompt_version or "")
        return cls(found["taught"], int(found["valid"]), int(found["few_shot"])) if found else None


def carried_words(prompt_version: str | None) -> str | None:
    """What an answer of this prompt's version says of lessons that carry over; None where none do."""
    carried = CarriedOver.read(prompt_version)
    return carried.words if carried else None
