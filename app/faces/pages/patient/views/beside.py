"""Beside the options: why there are no more, what each change does alone, what is always said."""

from dataclasses import dataclass

from app.domain.counterfactual import AlwaysSaid
from app.domain.schema import FeatureSchema
from app.faces.http.pages.translation import gettext as _
from app.faces.http.pages.translation import ngettext
from app.faces.pages.patient.views.moves import Move, move_of
from app.faces.pages.patient.views.points import alone_text, places_for
from app.usecases.record.context import AnswerContext


@dataclass(frozen=True, slots=True)
class AlwaysView:
    """What is said to this person whatever the options are: about what, in words, and its source."""

    feature: str
    title: str
    text: str
    source: str


def always_of(context: AnswerContext) -> tuple[AlwaysView, ...]:
    """What is always said."""
    return tuple(
        AlwaysView(one.feature, _title(context.schema, one), one.text, one.source)
        for one in context.answer.always
    )


def _title(schema: FeatureSchema | None, said: AlwaysSaid) -> str:
    """What one would do about it: "Stopping smoking"."""
    feature = schema[said.feature] if schema and said.feature in schema else None
    if feature is None:
        return said.feature.replace("_", " ").capitalize()
    title = feature.action.verb if feature.action else feature.label
    return title[0].upper() + title[1:]


@dataclass(frozen=True, slots=True)
class AloneView:
    """What one change does by itself, in points of risk."""

    move: Move
    points: str


def alone_of(context: AnswerContext) -> tuple[AloneView, ...]:
    """What each change does alone, those first that do most."""
    levers = context.answer.most_helpful
    places = places_for(max((one.reduction for one in levers), default=0.0))
    return tuple(AloneView(move_of(context.schema, one), alone_text(one.reduction, places)) for one in levers)


def shortfall_text(context: AnswerContext) -> str | None:
    """Why there are fewer options than were asked for, in a sentence or two; None where there are not."""
    short, several = context.answer.shortfall, len(context.options) > 1
    if short is None:
        return None
    if any(one.fragile for one in context.options):
        return _left_out(short.variants, several) if short.variants else None
    if not short.variants:
        if short.proved:
            return _("It is proved that no other way holds as well.")
        return _("No other way was found that holds as well.")
    if not short.proved:
        return _not_found(short.variants, several)
    return _proved_but_for(short.variants, several)


def _left_out(count: int, several: bool) -> str:
    """Why variants were left out. Of fragile options that is all: what holds as badly is no measure."""
    return ngettext(
        "%(num)s variant was left out: it shares more than half of its behaviours with %(shown)s, or is "
        "another "
        "way of its strategy.",
        "%(num)s variants were left out: each shares more than half of its behaviours with %(shown)s, or is "
        "another way of its strategy.",
        count,
        shown=_shown(several),
    )


def _proved_but_for(count: int, several: bool) -> str:
    return ngettext(
        "It is proved that nothing else holds as well, but for %(num)s variant that was left out: it "
        "shares more "
        "than half of its behaviours with %(shown)s, or is another way of its strategy.",
        "It is proved that nothing else holds as well, but for %(num)s variants that were left out: each "
        "shares "
        "more than half of its behaviours with %(shown)s, or is another way of its strategy.",
        count,
        shown=_shown(several),
    )


def _not_found(count: int, several: bool) -> str:
    these = _("these") if several else _("it")
    return ngettext(
        "No other way was found that holds and shares at most half of its behaviours with %(these)s; %(num)s "
        "variant was left out.",
        "No other way was found that holds and shares at most half of its behaviours with %(these)s; %(num)s "
        "variants were left out.",
        count,
        these=these,
    )


def _shown(several: bool) -> str:
    return _("an option that is shown") if several else _("this option")
