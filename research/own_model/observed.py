"""The `observed` ranges of a task.toml, set to those of the people who are learned from.

Who is held out shows only once the table is split, and a new table of the same people moves the ranges:
nobody should have to copy figures from an error message.
"""

import re
from collections.abc import Sequence

from app.domain.feature import Feature
from app.domain.schema import FeatureSchema
from research.training.errors import TrainingError
from research.training.people import Participant
from research.training.ranges import range_of

_TABLE = re.compile(r"^\s*\[")
_FEATURE = re.compile(r"^\s*\[\[\s*feature\s*\]\]")
_NAME = re.compile(r"""^\s*name\s*=\s*["']([^"']*)["']""")
_OBSERVED = re.compile(r"^(\s*observed\s*=\s*)\[[^\]\n]*\]")


def with_observed(text: str, schema: FeatureSchema, people: Sequence[Participant]) -> tuple[str, list[str]]:
    """The text of a task.toml with the ranges of these people, and the names of the features that it changes.

    Only the ranges themselves are rewritten: comments and order stay.

    Raises:
        TrainingError: nobody has a value of a feature.
    """
    changed, lines = _changes(schema, people), text.splitlines(keepends=True)
    for start, line in enumerate(lines):
        if _FEATURE.match(line):
            own = _own_lines(lines, start)
            names = [found[1] for place in own if (found := _NAME.match(lines[place]))]
            if names and names[0] in changed:
                _rewrite(lines, own, changed[names[0]])
    return "".join(lines), list(changed)


def _own_lines(lines: Sequence[str], start: int) -> range:
    """The places of a feature's own keys, which end where another table begins."""
    end = next((place for place in range(start + 1, len(lines)) if _TABLE.match(lines[place])), len(lines))
    return range(start + 1, end)


def _changes(schema: FeatureSchema, people: Sequence[Participant]) -> dict[str, str]:
    changed = {}
    for feature in schema.features:
        if feature.observed is not None and tuple(feature.observed) != (
            mine := _known_range(feature, people)
        ):
            changed[feature.name] = f"[{mine[0]:.12g}, {mine[1]:.12g}]"
    return changed


def _known_range(feature: Feature, people: Sequence[Participant]) -> tuple[float, float]:
    if all(person.values[feature.name] is None for person in people):
        raise TrainingError(
            f"Nobody who is learned from has a value of {feature.name} within its clinical range: "
            "leave it out of task.toml, or correct its range."
        )
    return range_of(feature, people)


def _rewrite(lines: list[str], own: range, observed: str) -> None:
    for place in own:
        lines[place] = _OBSERVED.sub(rf"\g<1>{observed}", lines[place])
