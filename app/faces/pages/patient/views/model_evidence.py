"""Why this can be trusted, and where not: the model card's figures for people like this patient."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.classifiers.card import Card, Figures, Performance
from app.classifiers.model_version import ModelVersion
from app.classifiers.weakness import weaknesses
from app.domain.certainty import FEWEST_TOLD, wilson_interval
from app.domain.feature import Kind
from app.domain.schema import FeatureSchema, Value
from app.domain.sensor_cautions import sensor_cautions
from app.domain.unfilled import filled_part
from app.faces.http.pages.rendering import risk_words
from app.faces.http.pages.translation import gettext as _
from app.faces.pages.patient.views.formatting import interval_text
from app.usecases.record.context import AnswerContext
from app.usecases.record.reference_distributions import ReferenceDistributions

_MISSES_MOST = 0.5
"""A model that finds fewer than half of those who have the outcome says so beside a low estimate."""
_BAND, _FROM = re.compile(r"(\d+)-(\d+)"), re.compile(r"(\d+) and over")


@dataclass(frozen=True, slots=True)
class Share:
    """A share of people (0-1), in words with its 95 % interval (Wilson) and counts, where they are known."""

    text: str
    interval: str | None
    counts: str | None


@dataclass(frozen=True, slots=True)
class GroupEvidence:
    """How the model does in one group of held-out people."""

    name: str
    people: int
    auc: float
    low: float
    high: float
    sensitivity: Share
    specificity: Share


@dataclass(frozen=True, slots=True)
class ModelEvidence:
    """What the card says; empty where a model has none."""

    version: str
    made_by: str | None
    warnings: tuple[str, ...]
    sensor_cautions: tuple[str, ...]
    description: str
    data: str
    people: int
    """From how many it learned; rows where `counts_rows`."""
    counts_rows: bool
    not_for: tuple[str, ...]
    limits: tuple[str, ...]
    figures: tuple[GroupEvidence, ...]
    threshold: float
    has_card: bool
    is_given: bool
    """Whether the classifier was given by its owner: it may have learned from those whom `figures` are of."""


def evidence_of(context: AnswerContext) -> ModelEvidence | None:
    """The panel; None where the model is not hosted any more."""
    if context.served is None or context.distributions is None:
        return None
    return trust_in(context.served.model, context.distributions, context.row.features)


def weak_group_of(context: AnswerContext) -> str | None:
    """Where the model misses most of those who have the outcome: the weakest group that the patient is in."""
    if context.served is None or context.distributions is None or context.distributions.card is None:
        return None
    schema, values = context.served.model.schema, context.row.features
    groups = [
        one
        for one in context.distributions.card.performance.groups
        if one.sensitivity is not None
        and (_having(one) is None or (_having(one) or 0) >= FEWEST_TOLD)
        and is_in(schema, values, one.group, one.level)
    ]
    weakest = min(groups, key=lambda one: one.sensitivity or 0.0, default=None)
    if weakest is None or weakest.sensitivity is None or weakest.sensitivity >= _MISSES_MOST:
        return None
    share = _share(weakest.sensitivity, _having(weakest))
    counted = "" if share.counts is None else f" ({share.counts}; {share.interval})"
    return _(
        "Of people like this by %(group)s (%(level)s) who had it, the model found %(share)s.",
        group=weakest.group.lower(),
        level=weakest.level,
        share=f"{share.text}{counted}",
    )


def trust_in(
    model: ModelVersion, distributions: ReferenceDistributions, values: Mapping[str, Value]
) -> ModelEvidence:
    """What there is to say of a model to whoever looks at a patient with these values."""
    facts, card = model.schema.model, distributions.card or Card()
    return ModelEvidence(
        version=model.version,
        made_by=card.made_by,
        warnings=weaknesses(card.performance.held_out),
        sensor_cautions=sensor_cautions(model.schema),
        description=filled_part(facts.description),
        data=f"{model.schema.data.name_told}, {model.schema.data.publisher_told}",
        people=distributions.people,
        counts_rows=card.counts_rows,
        not_for=card.not_for,
        limits=tuple(one for one in card.limits if one not in sensor_cautions(model.schema)),
        figures=tuple(_figures(model.schema, values, card.performance)),
        threshold=facts.threshold,
        has_card=distributions.card is not None,
        is_given=model.is_given,
    )


def _figures(
    schema: FeatureSchema, values: Mapping[str, Value], performance: Performance
) -> Iterator[GroupEvidence]:
    """Everybody first, then the groups that the patient is in."""
    if performance.held_out is not None:
        yield from _group(_("Everybody"), performance.held_out)
    for group in performance.groups:
        if is_in(schema, values, group.group, group.level):
            yield from _group(f"{group.group}: {group.level}", group)


def _group(name: str, figures: Figures) -> Iterator[GroupEvidence]:
    """The figures, unless the people are too few to have some."""
    auc, sensitivity, specificity = figures.roc_auc, figures.sensitivity, figures.specificity
    if auc is None or sensitivity is None or specificity is None:
        return
    having = _having(figures)
    without = None if having is None else figures.n - having
    told = (_share(sensitivity, having), _share(specificity, without))
    yield GroupEvidence(name, figures.n, auc.value, auc.low, auc.high, *told)


def _having(figures: Figures) -> int | None:
    """How many of them had the outcome; None where the card does not tell."""
    return None if figures.prevalence is None else round(figures.n * figures.prevalence)


def _share(share: float, people: int | None) -> Share:
    """A card that does not tell the prevalence tells no number of people, and so no interval."""
    if not people:
        return Share(risk_words(share), None, None)
    found = round(share * people)
    interval = interval_text(*wilson_interval(found, people))
    counts = _("%(found)s of %(people)s", found=found, people=people)
    return Share(risk_words(share), interval, counts)


def is_in(schema: FeatureSchema, values: Mapping[str, Value], group: str, level: str) -> bool:
    """Whether the patient is among those of a level, such as "40-59" of "Age"."""
    feature = next((f for f in schema.features if f.label.lower() == group.lower()), None)
    value = values.get(feature.name) if feature else None
    if feature is None or value is None:
        return False
    if feature.kind is Kind.CATEGORY:
        return level == next((c.label for c in feature.categories if c.value == value), None)
    if isinstance(value, str):
        return False
    if band := _BAND.fullmatch(level):
        return float(band[1]) <= value < float(band[2]) + 1
    if start := _FROM.fullmatch(level):
        return value >= float(start[1])
    return False
