"""What the caller wants of the options."""

from dataclasses import dataclass

from app.domain.counterfactual import Diversity, Generator

ENUMERATED = 64
"""Strategies are chosen from so many options: few people have more."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """How many options, how robust, how different, and who may propose them."""

    count: int
    min_robustness: float
    generator: Generator
    diversity: Diversity = Diversity.LEAST_EFFORT
    always: bool = False
    """Improvements are wanted even where options hold, or where the risk is at or below the target."""

    @property
    def enumerated(self) -> int:
        """How many options, none of which contains another's changes, are looked for to choose from."""
        return self.count if self.diversity is Diversity.LEAST_EFFORT else max(ENUMERATED, self.count)
