"""Changes in a clinician's words, with what moves along and what each does to the risk."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.domain.consultation import Consultation
from app.domain.counterfactual import Change, OptionChange
from app.domain.feature import Feature, Kind, Theme
from app.domain.schema import FeatureSchema
from app.domain.wording import consider, inline, number
from app.faces.http.pages.rendering import signed
from app.faces.http.pages.translation import gettext as _
from app.faces.pages.patient.views.day_words import effort_text
from app.faces.pages.patient.views.formatting import NO_BREAK, value_text
from app.faces.pages.patient.views.points import alone_text, parts_text, places_for, shared_out
from app.faces.pages.patient.views.said import SaidChange, said_change


@dataclass(frozen=True, slots=True)
class Move:
    """One change as it is written: `size` is signed, and both it and the unit may be missing.

    `along` is what measures the same, `said` the change as a clinician would say it. `part` is its part in
    the fall of the risk, in points, `part_text` the same in words, and `alone` what it does by itself, in
    words; None where that is not known, and of a single change, which is all of it. `why` it is there at
    all, where neither shows. `on_days` is on how many of the person's days it was so already.
    """

    feature: str
    say: str
    label: str
    before: str
    after: str
    size: str | None
    unit: str | None
    is_treatment: bool = False
    along: tuple["Move", ...] = ()
    part: str | None = None
    part_text: str | None = None
    alone: str | None = None
    why: str | None = None
    said: SaidChange | None = None
    on_days: str | None = None


@dataclass(frozen=True, slots=True)
class MoveList:
    """Changes of one option, and the fall of the risk in points that their parts add up to, if known."""

    moves: tuple[Move, ...]
    points: str | None


def moves_of(
    schema: FeatureSchema | None,
    before: float,
    after: float,
    changes: Sequence[OptionChange],
    linked: Sequence[Change] = (),
    consultation: Consultation | None = None,
    nothing_needless: bool = False,
) -> MoveList:
    """Changes that take the risk from `before` to `after`, each with what moves along and what it does.

    `nothing_needless`: none could be left out, so that one that does nothing to the risk has another reason.
    """
    moves = [_said(schema, change, _followers(schema, change, linked), consultation) for change in changes]
    parts = [change.part for change in changes if change.part is not None]
    if len(changes) < 2 or len(parts) < len(changes):
        return MoveList(tuple(moves), None)
    total, told = shared_out(before, after, parts)
    places = places_for(before - after)
    each = zip(moves, changes, told, parts_text(total, told), strict=True)
    return MoveList(
        tuple(
            replace(
                move,
                part=part,
                part_text=text,
                alone=_alone(one, places),
                why=_why(one, places) if nothing_needless else None,
            )
            for move, one, part, text in each
        ),
        total,
    )


def _said(
    schema: FeatureSchema | None,
    change: OptionChange,
    followers: Sequence[Change],
    consultation: Consultation | None,
) -> Move:
    move = move_of(schema, change, tuple(move_of(schema, one) for one in followers))
    feature = schema[change.feature] if schema and change.feature in schema else None
    said = said_change(schema, consultation, change, followers)
    return replace(move, said=said, on_days=effort_text(feature, change))


def _alone(change: OptionChange, places: int) -> str | None:
    return None if change.alone is None else alone_text(change.alone, places)


def _why(change: OptionChange, places: int) -> str | None:
    """Why a change is there that lowers the estimate neither in its place nor alone."""
    if any(round(100 * (does or 0.0), places) for does in (change.part, change.alone)):
        return None
    return _(
        "It is there for another reason: without it the option would hold less often if learned from other "
        "people, measured again or done in part, or another change would not do or not be permitted."
    )


def moved_by(schema: FeatureSchema | None, changes: Sequence[Change]) -> list[tuple[str, str, str]]:
    """Label, value before and after of each change."""
    moves = [move_of(schema, change) for change in changes]
    return [(one.label, _united(one.before, one), _united(one.after, one)) for one in moves]


def _united(text: str, move: Move) -> str:
    return f"{text}{NO_BREAK}{move.unit}" if move.unit else text


def _followers(schema: FeatureSchema | None, change: Change, linked: Sequence[Change]) -> Sequence[Change]:
    if schema is None:
        return ()
    links = schema.link_of
    return [c for c in linked if c.feature in links and links[c.feature].driver == change.feature]


def move_of(schema: FeatureSchema | None, change: Change, along: tuple[Move, ...] = ()) -> Move:
    """One change in words."""
    feature = schema[change.feature] if schema and change.feature in schema else None
    is_action = feature is not None and feature.action is not None
    return Move(
        feature=change.feature,
        say=consider(feature, change.before, change.after)
        if feature and is_action
        else _("Consider changing %(what)s", what=inline(change.label)),
        label=change.label,
        before=value_text(feature, change.before),
        after=value_text(feature, change.after),
        size=_size(feature, change),
        unit=change.unit,
        is_treatment=is_action and feature is not None and feature.theme is Theme.TREATMENT,
        along=along,
    )


def _size(feature: Feature | None, change: Change) -> str | None:
    if change.delta is None or (feature is not None and feature.kind is Kind.BOOLEAN):
        return None
    text = number(feature, change.delta) if feature else f"{change.delta:g}"
    return signed(text)
