"""What a caller allows: which features may vary, within which ranges, how many at once."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.domain.errors import InvalidInputError, ValidationIssue
from app.domain.feature import Feature
from app.domain.schema import FeatureSchema

Bounds = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class Constraints:
    """A request's own limits, on top of those of the schema.

    `features_to_vary` names actionable features (all of them when None). `permitted_range` bounds the
    value that a changed feature ends at; it may name a linked feature, such as waist. `max_changes`
    counts actionable features changed, links aside.
    """

    max_changes: int
    features_to_vary: tuple[str, ...] | None = None
    permitted_range: Mapping[str, Bounds] = field(default_factory=dict)

    def allows_varying(self, name: str) -> bool:
        return self.features_to_vary is None or name in self.features_to_vary

    def bounds(self, name: str) -> tuple[float, float]:
        low, high = self.permitted_range.get(name, (None, None))
        return (-math.inf if low is None else low, math.inf if high is None else high)


def read_constraints(
    schema: FeatureSchema,
    features_to_vary: Sequence[str] | None,
    permitted_range: Mapping[str, Bounds] | None,
    max_changes: int | None,
    pointer: str = "/constraints",
) -> Constraints:
    """Check a request's constraints against the schema.

    Raises:
        InvalidInputError: an unknown, fixed or linked feature, bounds that are not finite or reversed.
    """
    faults: list[ValidationIssue] = []
    for index, name in enumerate(features_to_vary or ()):
        problem = _cannot_vary(schema, name)
        if problem:
            faults.append(ValidationIssue(f"{pointer}/features_to_vary/{index}", problem))
    for name, bounds in (permitted_range or {}).items():
        problem = _cannot_bound(schema, name) or _bad_bounds(bounds)
        if problem:
            known = f"/{name}" if name in schema else ""
            faults.append(ValidationIssue(f"{pointer}/permitted_range{known}", problem))
    if faults:
        raise InvalidInputError(faults)
    return Constraints(
        max_changes=max_changes or schema.model.max_changes,
        features_to_vary=None if features_to_vary is None else tuple(sorted(set(features_to_vary))),
        permitted_range=dict(sorted((permitted_range or {}).items())),
    )


def _cannot_vary(schema: FeatureSchema, name: str) -> str | None:
    if name not in schema:
        return "is not a feature of this model"
    feature = schema[name]
    if feature.action is not None:
        return None
    return _moves_along(schema, feature) or "is fixed: no suggestion may change it"


def _cannot_bound(schema: FeatureSchema, name: str) -> str | None:
    if name not in schema:
        return "names something that is not a feature of this model"
    if schema[name].action is None and name not in schema.link_of:
        return "is fixed: no suggestion may change it"
    return None


def _moves_along(schema: FeatureSchema, feature: Feature) -> str | None:
    link = schema.link_of.get(feature.name)
    return None if link is None else f"moves only along with {link.driver}: name that instead"


def _bad_bounds(bounds: Bounds) -> str | None:
    low, high = bounds
    if any(bound is not None and not math.isfinite(bound) for bound in bounds):
        return "must hold finite numbers or null"
    if low is not None and high is not None and low > high:
        return "has its low bound above its high bound"
    return None
