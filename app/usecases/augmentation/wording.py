"""What a job says of itself in words."""

from collections.abc import Collection

from app.domain.counterfactual import Generator
from app.domain.degraded import Degraded
from app.usecases.augmentation.label import Label

_PROPOSERS = {
    Generator.AUTO: "language model and search",
    Generator.LLM: "language model",
    Generator.SEARCH: "search",
}


def proposed_by(generator: str, target_label: str, degraded: Collection[str]) -> str:
    """Who proposed a job's rows.

    A language model is not asked for rows of the high class, nor about a model that it was not taught.
    """
    if Label(target_label) is Label.HIGH or Degraded.LLM_NOT_TAUGHT in degraded:
        return _PROPOSERS[Generator.SEARCH]
    return _PROPOSERS[Generator(generator)]
