"""How sure an estimate is, in words: its state, its band, and what became of people like the person."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from app.domain.certainty import Band, Certainty, Observed, certainty_of
from app.engine.certainty import bands_of
from app.faces.http.pages.rendering import line_words, risk_words
from app.faces.http.pages.translation import gettext as _
from app.faces.pages.patient.views.formatting import interval_text
from app.usecases.counterfactuals.option_schemas import CounterfactualOut, ImprovementOut
from app.usecases.record.context import AnswerContext


@dataclass(frozen=True, slots=True)
class Standing:
    """On which side of the decision threshold a risk is: in words, and the style class of its colour.

    `low`, the colour of what is good, is of nothing but what is clearly below.
    """

    words: str
    tone: str


@dataclass(frozen=True, slots=True)
class EstimateView:
    """One estimate: `sentence` is its state with its band, `observed` what became of people like the person.

    `beside_target` is that the band reaches above a target that the estimate is at or below. `low_note` goes
    with every estimate at or below the threshold. `band` is None where it is not known.
    """

    risk: float
    band: Band | None
    standing: Standing
    sentence: str
    observed: str | None
    beside_target: str | None
    low_note: str | None


def low_note() -> str:
    """What stands with every low estimate."""
    return _("A low estimate does not rule it out.")


def standing_of(risk: float, certainty: Certainty | None, threshold: float) -> Standing:
    """Where it is not known how sure an estimate is, it is above or not, and never called clear."""
    if certainty is None:
        return Standing(_("above"), "high") if risk > threshold else Standing(_("at or below"), "unclear")
    return {
        Certainty.CLEAR_HIGH: Standing(_("clearly above"), "high"),
        Certainty.UNCLEAR: Standing(_("unclear"), "unclear"),
        Certainty.CLEAR_LOW: Standing(_("clearly below"), "low"),
    }[certainty]


def estimate_view(
    risk: float,
    band: Band | None,
    threshold: float,
    target: float,
    observed: Observed | None = None,
    is_given: bool = False,
    counts_rows: bool = False,
) -> EstimateView:
    """An estimate and its band against the model's threshold and the question's target.

    `is_given` is whether the classifier was given by its owner, who may have fitted it to those observed;
    `counts_rows` whether those are rows, such as days, of which a person has several.
    """
    certainty = None if band is None else certainty_of(risk, band, threshold)
    return EstimateView(
        risk=risk,
        band=band,
        standing=standing_of(risk, certainty, threshold),
        sentence=_sentence(risk, band, certainty, threshold),
        observed=_observed(observed, is_given, counts_rows) if observed else None,
        beside_target=_beside_target(risk, band, threshold, target),
        low_note=low_note() if risk <= threshold else None,
    )


def estimates_of(context: AnswerContext) -> list[EstimateView]:
    """The estimate as it is, then with each option and improvement; asks the committee where it is there."""
    offered = context.offered
    now, *bands = _bands(context, offered)
    each = zip(offered, bands, strict=True)
    return [_now(context, now), *(_as_claimed(context, one, band) for one, band in each)]


def estimate_with(context: AnswerContext, option: CounterfactualOut | None) -> EstimateView:
    """The estimate of a person who has done as an option or improvement says, or as they are."""
    now, *bands = _bands(context, [option] if option else [])
    return _with(context, option, bands[0]) if option else _now(context, now)


def _now(context: AnswerContext, band: Band | None) -> EstimateView:
    """What is on record, or else what the committee makes of an answer from before bands were told."""
    made = context.answer.prediction
    model = None if context.served is None else context.served.model
    return estimate_view(
        made.risk,
        made.band or band,
        made.threshold,
        made.target,
        made.observed,
        is_given=model is not None and model.is_given,
        counts_rows=model is not None and model.card is not None and model.card.counts_rows,
    )


def _as_claimed(context: AnswerContext, option: CounterfactualOut, band: Band | None) -> EstimateView:
    """What does not claim to hold below a target is not called clearly below, whatever refits make of it."""
    estimate = _with(context, option, band)
    if option.fragile:
        return replace(estimate, standing=Standing(_("fragile"), "unclear"))
    if isinstance(option, ImprovementOut) and estimate.standing.tone == "low":
        return replace(estimate, standing=standing_of(option.risk, None, context.answer.prediction.threshold))
    return estimate


def _with(context: AnswerContext, option: CounterfactualOut, band: Band | None) -> EstimateView:
    prediction = context.answer.prediction
    return estimate_view(option.risk, band, prediction.threshold, prediction.target)


def _bands(context: AnswerContext, options: Sequence[CounterfactualOut]) -> list[Band | None]:
    """Of the person as they are and with each of these; unknown without the committee of the same version."""
    if context.patient is None or context.served is None or not context.is_of_hosted_version:
        return [None] * (1 + len(options))
    schema = context.served.model.schema
    people = [context.row.features, *(option.features for option in options)]
    risks = context.served.model.committee.risk(np.stack([schema.encode(one) for one in people]))
    return [(low, high) for low, high in bands_of(risks).tolist()]


def _sentence(risk: float, band: Band | None, certainty: Certainty | None, threshold: float) -> str:
    if band is None or certainty is None:
        line = line_words(threshold, risk)
        if risk > threshold:
            return _("Above the threshold of %(line)s. How sure that is was not recorded.", line=line)
        return _("At or below the threshold of %(line)s. How sure that is was not recorded.", line=line)
    told, line = interval_text(*band, beside=threshold), line_words(threshold)
    if certainty is Certainty.UNCLEAR:
        return _unclear(risk, band, threshold, told)
    if certainty is Certainty.CLEAR_HIGH:
        return _("Could be %(band)s, all of it above the threshold of %(line)s.", band=told, line=line)
    return _("Could be %(band)s, none of it above the threshold of %(line)s.", band=told, line=line)


def _unclear(risk: float, band: Band, threshold: float, told: str) -> str:
    line = line_words(threshold)
    if band[0] <= threshold < band[1]:
        return _("Could be %(band)s: on both sides of the threshold of %(line)s.", band=told, line=line)
    if risk > threshold:
        return _(
            "The estimate is above the threshold of %(line)s, but if the model had learned from other people "
            "it could be %(band)s, at or below it.",
            band=told,
            line=line,
        )
    return _(
        "The estimate is at or below the threshold of %(line)s, but if the model had learned from other "
        "people it could be %(band)s, above it.",
        band=told,
        line=line,
    )


def _observed(observed: Observed, is_given: bool, counts_rows: bool) -> str:
    having, among = round(observed.share * observed.people), observed.people
    between = interval_text(observed.low, observed.high)
    if counts_rows and not is_given:
        return _(
            "Of %(among)s rows like this, of people whom the model had not seen, %(having)s had it, "
            "%(share)s (%(between)s).",
            among=among,
            having=having,
            share=risk_words(observed.share),
            between=between,
        )
    if is_given:
        return _(
            "Of %(among)s people like this, some of whom the model may have learned from, %(having)s had it, "
            "%(share)s (%(between)s).",
            among=among,
            having=having,
            share=risk_words(observed.share),
            between=between,
        )
    if among == 100:
        return _(
            "Of 100 people like this whom the model had not seen, %(having)s had it (%(between)s).",
            having=having,
            between=between,
        )
    return _(
        "Of %(among)s people like this whom the model had not seen, %(having)s had it, %(share)s "
        "(%(between)s).",
        among=among,
        having=having,
        share=risk_words(observed.share),
        between=between,
    )


def _beside_target(risk: float, band: Band | None, threshold: float, target: float) -> str | None:
    """Of a target that is the threshold, the state says it."""
    if band is None or not risk <= target < band[1] or round(target, 4) == round(threshold, 4):
        return None
    return _(
        "Whether it is below the target of %(target)s is unclear: it could be %(band)s.",
        target=line_words(target),
        band=interval_text(*band, beside=target),
    )
