"""What a caller allows: which features may vary, within which ranges, how many at once."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from app.domain.errors import InvalidInputError, ValidationIssue
from app.domain.feature import Feature, Kind, Theme
from app.domain.schema import FeatureSchema

_INCLUDE = '"include": ["treatment"]'
Bounds = tuple[float | None, float | None]
GivenBounds = bool | tuple[float | bool | None, float | bool | None]
"""As callers give them: of a yes or no, the value alone may stand for both ends."""


@dataclass(frozen=True, slots=True)
class Constraints:
    """A request's own limits, on top of those of the schema.

    `features_to_vary` names actionable features (all of them when None), those of `features_to_keep` taken
    out; `permitted_range` bounds the value that a changed feature ends at; it may name what moves along, such
    as waist. `max_changes` counts behaviours: actionable features changed, what moves along aside.
    """

    max_changes: int
    features_to_vary: tuple[str, ...] | None = None
    permitted_range: Mapping[str, Bounds] = field(default_factory=dict)
    features_to_keep: tuple[str, ...] = ()

    def allows_varying(self, name: str) -> bool:
        if name in self.features_to_keep:
            return False
        return self.features_to_vary is None or name in self.features_to_vary

    def bounds(self, name: str) -> tuple[float, float]:
        low, high = self.permitted_range.get(name, (None, None))
        return (-math.inf if low is None else low, math.inf if high is None else high)


def read_constraints(
    schema: FeatureSchema,
    features_to_vary: Sequence[str] | None,
    permitted_range: Mapping[str, GivenBounds] | None,
    max_changes: int | None,
    features_to_keep: Sequence[str] | None = None,
    pointer: str = "/constraints",
) -> Constraints:
    """Check a request's constraints against the schema.

    Features are named one by one or by their theme.

    Raises:
        InvalidInputError: an unknown or fixed feature, a theme that nothing belongs to, lists that contradict
            each other, bounds that are not finite or reversed.
    """
    faults: list[ValidationIssue] = []
    kept = list(_named(schema, features_to_keep or (), f"{pointer}/features_to_keep", faults))
    varied = None
    if features_to_vary is not None:
        varied = list(_named(schema, features_to_vary, f"{pointer}/features_to_vary", faults, set(kept)))
    ranges: dict[str, Bounds] = {}
    for name, given in (permitted_range or {}).items():
        problem = _cannot_bound(schema, name) or _bad_bounds(schema[name], given)
        if problem:
            known = f"/{name}" if name in schema else ""
            faults.append(ValidationIssue(f"{pointer}/permitted_range{known}", problem))
        else:
            ranges[name] = _as_bounds(given)
    if faults:
        raise InvalidInputError(faults)
    return Constraints(
        max_changes=max_changes or schema.model.max_changes,
        features_to_vary=None if varied is None else tuple(sorted(set(varied))),
        permitted_range=dict(sorted(ranges.items())),
        features_to_keep=tuple(sorted(set(kept))),
    )


def _named(
    schema: FeatureSchema,
    names: Sequence[str],
    pointer: str,
    faults: list[ValidationIssue],
    kept: frozenset[str] | set[str] = frozenset(),
) -> Iterator[str]:
    """The actionable features that names and themes stand for; `kept` are those that another list keeps."""
    for index, name in enumerate(names):
        meant = _meant(schema, name)
        problem = _cannot_vary(schema, name) if not meant else None
        if meant and set(meant) <= kept:
            problem = "is also to be kept: name it in one of the two lists"
        if problem:
            faults.append(ValidationIssue(f"{pointer}/{index}", problem))
        yield from meant


def _meant(schema: FeatureSchema, name: str) -> tuple[str, ...]:
    """An actionable feature of this name, or else the actionable features of the theme of this name."""
    if name in schema and schema[name].action is not None:
        return (name,)
    return schema.with_theme(name)


def _cannot_vary(schema: FeatureSchema, name: str) -> str:
    if name not in schema:
        themes = list(dict.fromkeys(feature.theme for feature in schema.actionable if feature.theme))
        if name == Theme.TREATMENT and any(feature.treatment for feature in schema.features):
            return f"is open only with {_INCLUDE} in the request"
        if name in list(Theme):
            has = f"its themes are {', '.join(themes)}" if themes else "its features have no themes"
            return f"is a theme that no action of this model belongs to: {has}"
        return "is neither a feature of this model nor a theme of its actions"
    feature = schema[name]
    if name in schema.link_of:
        return f"moves only along with {schema.link_of[name].driver}: name that instead"
    if feature.treatment is not None:
        return f"is changed by treatment alone, which takes {_INCLUDE} in the request"
    if name in schema.consequence_order:
        return "follows from other changes: no suggestion changes it by itself"
    return "is fixed: no suggestion may change it"


def _cannot_bound(schema: FeatureSchema, name: str) -> str | None:
    if name not in schema:
        return "names something that is not a feature of this model"
    if schema[name].action is None and name not in schema.consequence_order:
        return _cannot_vary(schema, name)
    return None


def _as_bounds(given: GivenBounds) -> Bounds:
    low, high = (given, given) if isinstance(given, bool) else given
    return (None if low is None else float(low), None if high is None else float(high))


def _bad_bounds(feature: Feature, given: GivenBounds) -> str | None:
    if feature.kind is Kind.CATEGORY:
        return "is a category, which has no range: name it in `features_to_keep` for it to stay as it is"
    ends = (given, given) if isinstance(given, bool) else given
    is_switch = feature.kind is Kind.BOOLEAN
    if is_switch and any(end is not None and float(end) not in (0, 1) for end in ends):
        return "must be true or false, or hold them"
    if not is_switch and any(isinstance(end, bool) for end in ends):
        return "must hold numbers or null"
    low, high = _as_bounds(given)
    if any(bound is not None and not math.isfinite(bound) for bound in (low, high)):
        return "must hold finite numbers or null"
    if low is not None and high is not None and low > high:
        return "has its low bound above its high bound"
    return None
