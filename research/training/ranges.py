"""The `observed` ranges of a schema against the people it describes."""

import math
from collections.abc import Sequence

from app.domain.feature import Feature
from app.domain.schema import FeatureSchema
from research.training.errors import TrainingError
from research.training.people import Participant


def decimals_of(feature: Feature) -> int:
    """Decimals that the feature's precision needs."""
    return max(0, -math.floor(math.log10(feature.precision)))


def check_observed(schema: FeatureSchema, people: Sequence[Participant]) -> None:
    """Check that `observed` is the smallest and the largest value among these people.

    Raises:
        TrainingError: a range differs; the message names every such feature and what it should be.
    """
    wrong = []
    for feature in schema.features:
        if feature.observed is None:
            continue
        observed = range_of(feature, people)
        if tuple(feature.observed) != observed:
            wrong.append(f"{feature.name} should be [{observed[0]:g}, {observed[1]:g}]")
    if wrong:
        raise TrainingError(
            f"Observed ranges of task.toml are not the training people's: {'; '.join(wrong)}."
        )


def range_of(feature: Feature, people: Sequence[Participant]) -> tuple[float, float]:
    """The smallest and the largest value among people, of whom somebody must have one."""
    known = [float(value) for p in people if (value := p.values[feature.name]) is not None]
    decimals = decimals_of(feature)
    return round(min(known), decimals), round(max(known), decimals)
