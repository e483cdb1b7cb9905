"""Few-shot exemplars: verified counterfactuals of training people.

The same for everybody, so that they belong to the part of the prompt that servers cache.
"""

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Exemplar:
    """A person as the prompt words them, and an answer that was verified."""

    case: str
    answer: str


def load_exemplars(folder: Path) -> tuple[Exemplar, ...]:
    """The exemplars shipped with a model version; none if it ships none."""
    path = folder / "exemplars.json"
    if not path.exists():
        return ()
    return tuple(Exemplar(**entry) for entry in json.loads(path.read_text(encoding="utf-8")))
