"""What features go by in prompts where their owner gives them no `short`: their name, or its first words."""

from collections.abc import Sequence

from app.domain.feature import Feature

LONGEST = 16
"""Letters of a name that prompts take as it is: each costs tokens, in every line and in every answer."""
_LEAST = 3
"""Letters that say something."""


def with_short_names(features: Sequence[Feature]) -> tuple[Feature, ...]:
    """The features, those of long names with the fewest first words that no other feature's name begins with.

    What has no such words goes by its whole name. `short` stays what it is where there is one.
    """
    taken = {feature.called for feature in features}
    named = []
    for feature in features:
        own = feature
        if feature.short is None and len(feature.name) > LONGEST:
            others = [other.name for other in features if other is not feature]
            short = next((one for one in _beginnings(feature.name) if _is_free(one, others, taken)), None)
            own = feature.model_copy(update={"short": short})
            own.model_fields_set.discard("short")  # nobody has written it
        taken.add(own.called)
        named.append(own)
    return tuple(named)


def is_shortened(feature: Feature) -> bool:
    """Whether it goes by first words of its name that its owner did not write."""
    return feature.called != feature.name and "short" not in feature.model_fields_set


def _beginnings(name: str) -> list[str]:
    words = name.split("_")
    beginnings = ["_".join(words[:count]) for count in range(1, len(words))]
    return [one for one in beginnings if len(one) >= _LEAST and not one.endswith("_")]


def _is_free(short: str, others: Sequence[str], taken: set[str]) -> bool:
    return short not in taken and not any(f"{other}_".startswith(f"{short}_") for other in others)
