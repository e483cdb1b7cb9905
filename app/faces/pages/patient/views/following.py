"""What follows from changes on average, by published effects: each figure with where it is known from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.domain.counterfactual import BroughtAlong
from app.domain.schema import FeatureSchema
from app.domain.wording import brought_along
from app.faces.http.pages.translation import gettext as _
from app.faces.pages.patient.views.moves import Move, move_of


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure, and where it is known from; the sentence has its interval."""

    move: Move
    lag: str
    grade: str
    sources: tuple[str, ...]
    judgement: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Following:
    """A sentence, and its figures one by one."""

    sentence: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class KnownFrom:
    """What follows of one feature: after which times, by which evidence, and what in it is judgement."""

    label: str
    lags: tuple[str, ...]
    grades: tuple[str, ...]
    sources: tuple[str, ...]
    judgement: tuple[str, ...]


def following(
    schema: FeatureSchema | None, along: Sequence[BroughtAlong], sentence: str | None = None
) -> Following | None:
    """What changes bring along; None where nothing follows, or where no hosted model could word it."""
    if sentence is None and schema is not None and all(one.feature in schema for one in along):
        sentence = brought_along(schema, along)
    if not along or sentence is None:
        return None
    return Following(sentence, tuple(_figure(schema, one) for one in along))


def known_from(each: Iterable[Following | None]) -> list[KnownFrom]:
    """Where figures are known from, all of a feature in one."""
    figures = [figure for found in each if found is not None for figure in found.figures]
    labels = dict.fromkeys(figure.move.label for figure in figures)
    return [_known_from(label, [one for one in figures if one.move.label == label]) for label in labels]


def _known_from(label: str, figures: Sequence[Figure]) -> KnownFrom:
    return KnownFrom(
        label=label,
        lags=_unique(one.lag for one in figures),
        grades=_unique(one.grade for one in figures),
        sources=_unique(source for one in figures for source in one.sources),
        judgement=_unique(words for one in figures for words in one.judgement),
    )


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


def _figure(schema: FeatureSchema | None, one: BroughtAlong) -> Figure:
    return Figure(
        move=move_of(schema, one),
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
