"""What a question asked for beyond a model's own limits, in words."""

from collections.abc import Collection, Iterator

from app.domain.counterfactual import Diversity
from app.domain.feature import Feature, Kind, Theme
from app.domain.schema import FeatureSchema
from app.domain.scope import Inclusion, Programme
from app.domain.wording import inline
from app.faces.http.pages.translation import gettext as _
from app.faces.http.pages.translation import ngettext
from app.faces.pages.patient.views.formatting import value_text
from app.faces.pages.patient.views.target import fall_asked
from app.usecases.record.context import AnswerContext


def theme_words(theme: Theme) -> str:
    """What a theme is called within a sentence."""
    return {
        Theme.WEIGHT: _("weight"),
        Theme.FOOD: _("food"),
        Theme.ACTIVITY: _("activity"),
        Theme.SLEEP: _("sleep"),
        Theme.SMOKING: _("smoking"),
        Theme.ALCOHOL: _("alcohol"),
        Theme.TREATMENT: _("treatment targets"),
    }[theme]


def asked_of(context: AnswerContext) -> tuple[tuple[str, str], ...]:
    """What was asked for, each as a name and words; empty where the question left all to the model."""
    return tuple(_asked(context))


def _asked(context: AnswerContext) -> Iterator[tuple[str, str]]:
    row, schema = context.row, context.schema
    if (fall := fall_asked(row)) is not None:
        yield _("Target"), _("a fall by %(fall)s, in each check from its own start", fall=fall)
    if schema is not None:
        yield from _varied(schema, row.constraints)
        yield from _limited(context, schema)
        most = row.constraints["max_changes"]
        if most != schema.model.max_changes:
            yield _("At most"), ngettext("%(num)s behaviour at once", "%(num)s behaviours at once", most)
    if Inclusion.TREATMENT in context.scope.include:
        yield _("Also"), _("treatment targets, for the clinician")
    if context.scope.programme is Programme.INTENSIVE:
        yield _("Programme"), _("intensive")
    has_strategies = any(option.strategy for option in context.options)
    if has_strategies and row.diversity == Diversity.LEAST_EFFORT:
        yield _("Options"), _("those of least effort, however alike")


def _varied(schema: FeatureSchema, constraints: dict[str, object]) -> Iterator[tuple[str, str]]:
    """What was to be kept, or what alone may change, whichever is shorter to tell."""
    vary, keep = constraints.get("features_to_vary"), constraints.get("features_to_keep") or ()
    assert isinstance(vary, list | tuple | None)
    assert isinstance(keep, list | tuple)
    names = [feature.name for feature in schema.actionable]
    open_ = [name for name in names if name not in keep and (vary is None or name in vary)]
    kept = [name for name in names if name not in open_]
    if kept and vary is not None and len(open_) < len(kept):
        yield _("Allowed to change"), ", ".join(words_for(schema, open_)) or _("nothing")
    elif kept:
        yield _("Not to be changed"), ", ".join(words_for(schema, kept))


def words_for(schema: FeatureSchema, names: Collection[str]) -> list[str]:
    """Actionable features in words: a theme where all of it is among them, else one by one."""
    whole = {theme for theme in Theme if (own := schema.with_theme(theme)) and set(own) <= set(names)}
    features = [feature for feature in schema.actionable if feature.name in names]
    return list(dict.fromkeys(_words(feature, whole) for feature in features))


def _words(feature: Feature, whole: Collection[Theme]) -> str:
    return theme_words(feature.theme) if feature.theme in whole and feature.theme else inline(feature.label)


def _limited(context: AnswerContext, schema: FeatureSchema) -> Iterator[tuple[str, str]]:
    """Where the caller's question let values end; a what-if's limits are the patient's own, and go unsaid."""
    ranges = context.row.constraints.get("permitted_range") or {}
    if context.row.based_on is not None:
        return
    told = [
        f"{feature.label} {_span(feature, *ranges[feature.name])}".rstrip()
        for feature in schema.features
        if feature.name in ranges
    ]
    if told:
        yield _("To end within"), ", ".join(told)


def _span(feature: Feature, low: float | None, high: float | None) -> str:
    if feature.kind is Kind.BOOLEAN:
        ends = {value_text(feature, bool(end)) for end in (low, high) if end is not None}
        return _(" or ").join(sorted(ends, reverse=True))
    if low is None and high is None:
        return ""
    if low is None:
        return _("%(end)s at most", end=f"{high:g}")
    if high is None:
        return _("%(end)s at least", end=f"{low:g}")
    return _("%(low)s to %(high)s", low=f"{low:g}", high=f"{high:g}")
