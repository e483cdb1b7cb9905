"""What the caller wants of the options."""

from dataclasses import dataclass

from app.domain.counterfactual import Generator


@dataclass(frozen=True, slots=True)
class Preferences:
    """How many options, how robust, and who may propose them."""

    count: int
    min_robustness: float
    generator: Generator
