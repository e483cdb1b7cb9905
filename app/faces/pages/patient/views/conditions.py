"""What options, improvements, the front and every proof hold for, in words."""

from dataclasses import dataclass

from app.domain.counterfactual import AssumedEffect, Conditions, KeptRange, PermittedChange
from app.domain.feature import Feature
from app.domain.schema import FeatureSchema
from app.domain.scope import Inclusion, Programme
from app.domain.wording import inline
from app.faces.http.pages.rendering import risk_words, signed
from app.faces.http.pages.translation import gettext as _
from app.faces.pages.patient.views.formatting import NO_BREAK, value_text
from app.usecases.record.context import AnswerContext


@dataclass(frozen=True, slots=True)
class PermittedRange:
    """How far one feature may change."""

    label: str
    start: str
    end: str
    step: str | None


@dataclass(frozen=True, slots=True)
class EffectView:
    """An assumed effect: on average `size` of `feature`, for so much of `driver`."""

    driver: str
    feature: str
    size: str
    source: str
    grade: str


@dataclass(frozen=True, slots=True)
class ConditionsView:
    """The conditions of an answer; older ones tell fewer of them.

    `scope` is which actions were looked at, `holds` the share that must hold, where that is known.
    """

    max_changes: int
    scope: str
    holds: str | None
    permitted: tuple[PermittedRange, ...]
    kept: tuple[tuple[str, str], ...]
    effects: tuple[EffectView, ...]


def conditions_of(context: AnswerContext) -> ConditionsView | None:
    """None where nothing was looked for, and in answers from before conditions were told."""
    found, infeasible = context.answer.conditions, context.answer.infeasible
    conditions = found or (infeasible.conditions if infeasible else None)
    return _view(context, conditions) if conditions else None


def _view(context: AnswerContext, conditions: Conditions) -> ConditionsView:
    schema, least = context.schema, conditions.min_robustness
    return ConditionsView(
        max_changes=conditions.max_changes,
        scope=_scope(context),
        holds=None if least is None else risk_words(least),
        permitted=tuple(_permitted(schema, one) for one in conditions.permitted),
        kept=tuple((one.label, _kept(schema, one)) for one in conditions.ranges),
        effects=tuple(_effect(schema, one) for one in conditions.effects),
    )


def _scope(context: AnswerContext) -> str:
    treated = Inclusion.TREATMENT in context.scope.include
    if context.scope.programme is Programme.INTENSIVE:
        if treated:
            return _("an intensive programme, and treatment targets")
        return _("an intensive programme, without treatment targets")
    return (
        _("a usual programme, and treatment targets")
        if treated
        else _("a usual programme, without treatment targets")
    )


def _permitted(schema: FeatureSchema | None, one: PermittedChange) -> PermittedRange:
    feature = _feature(schema, one.feature)
    step = None if one.step is None else _with_unit(f"{one.step:g}", one.unit)
    end = _with_unit(value_text(feature, one.end), one.unit)
    return PermittedRange(one.label, value_text(feature, one.start), end, step)


def _kept(schema: FeatureSchema | None, one: KeptRange) -> str:
    feature = _feature(schema, one.feature)
    low, high = (None if end is None else value_text(feature, end) for end in (one.low, one.high))
    if low is None or high is None:
        end = _with_unit(f"{low or high}", one.unit)
        return _("%(end)s at least", end=end) if high is None else _("%(end)s at most", end=end)
    return _with_unit(_("%(low)s to %(high)s", low=low, high=high), one.unit)


def _effect(schema: FeatureSchema | None, one: AssumedEffect) -> EffectView:
    feature, driver = _feature(schema, one.feature), _feature(schema, one.driver)
    return EffectView(
        driver=_label(driver, one.driver),
        feature=inline(_label(feature, one.feature)),
        size=_size(one, feature.unit if feature else None, driver.unit if driver else None),
        source=one.source,
        grade=one.grade,
    )


def _size(one: AssumedEffect, unit: str | None, unit_of_driver: str | None) -> str:
    """On average, and between the ends of the interval; for how much of the driver, where it goes by that."""
    mean = _with_unit(_number(one.mean), unit)
    size = _("%(mean)s (%(low)s to %(high)s)", mean=mean, low=_number(one.low), high=_number(one.high))
    if one.per is None:
        return size
    return _("%(size)s for each %(step)s", size=size, step=_with_unit(f"{one.per:g}", unit_of_driver))


def _number(size: float) -> str:
    """With its sign, in two figures: averages of trials are known no better."""
    return signed(f"{size:.2g}") if size else "0"


def _with_unit(text: str, unit: str | None) -> str:
    return f"{text}{NO_BREAK}{unit}" if unit else text


def _feature(schema: FeatureSchema | None, name: str) -> Feature | None:
    return schema[name] if schema and name in schema else None


def _label(feature: Feature | None, name: str) -> str:
    return feature.label if feature else name.replace("_", " ").capitalize()
