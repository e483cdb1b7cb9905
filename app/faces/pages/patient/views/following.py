"""What follows from changes on average, by published effects: each figure with where it is known from."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.counterfactual import BroughtAlong
from app.domain.schema import FeatureSchema, Value
from app.domain.wording import brought_along, inline
from app.faces.http.pages.translation import gettext as _
from app.faces.pages.patient.views.formatting import value_text
from app.faces.pages.patient.views.moves import Move, move_of


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure, between which values it lies at the ends of the intervals of effects, and from what."""

    move: Move
    between: str
    drivers: str
    lag: str
    grade: str
    sources: tuple[str, ...]
    judgement: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Following:
    """A sentence, and its figures one by one."""

    sentence: str
    figures: tuple[Figure, ...]


def following(
    schema: FeatureSchema | None, along: Sequence[BroughtAlong], sentence: str | None = None
) -> Following | None:
    """What changes bring along; None where nothing follows, or where no hosted model could word it."""
    if sentence is None and schema is not None and all(one.feature in schema for one in along):
        sentence = brought_along(schema, along)
    if not along or sentence is None:
        return None
    return Following(sentence, tuple(_figure(schema, one) for one in along))


def _figure(schema: FeatureSchema | None, one: BroughtAlong) -> Figure:
    low, high = _value(schema, one.feature, one.low), _value(schema, one.feature, one.high)
    return Figure(
        move=move_of(schema, one),
        between=low if low == high else _("%(low)s to %(high)s", low=low, high=high),
        drivers=_listed([_label(schema, name) for name in one.drivers]),
        lag=one.lag,
        grade=_grade(one.grade),
        sources=one.sources,
        judgement=one.judgement,
    )


def _grade(grade: str) -> str:
    grades = {
        "A": _("A: trials that agree"),
        "B": _("B: trials that differ, or are short"),
        "C": _("C: observed, or few"),
    }
    return grades.get(grade, grade)


def _listed(names: Sequence[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return _("%(one)s and %(other)s", one=", ".join(names[:-1]), other=names[-1])


def _value(schema: FeatureSchema | None, name: str, value: Value) -> str:
    return value_text(schema[name] if schema and name in schema else None, value)


def _label(schema: FeatureSchema | None, name: str) -> str:
    return inline(schema[name].label) if schema and name in schema else name.replace("_", " ")
