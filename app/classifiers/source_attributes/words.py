"""Source attributes that are words: of a model's owner, of its card, or about what the service does."""

from collections.abc import Iterator

from app.classifiers.card import Card
from app.classifiers.model_version import ModelVersion
from app.classifiers.source_attributes.figures import represented
from app.classifiers.source_attributes.unknown import NO_CARD, not_available
from app.domain.feature import Feature
from app.domain.schema import FeatureSchema
from app.domain.source_attributes import SourceAttribute as A
from app.domain.unfilled import filled_part

_ASKED_ABOUT = {
    "race": ("race",),
    "ethnicity": ("ethnicity",),
    "language": ("language",),
    "sexual orientation": ("sexual_orientation",),
    "gender identity": ("gender", "gender_identity"),
    "sex": ("sex",),
    "date of birth, as age": ("age", "birth_date"),
    "social determinants of health": ("income", "education", "insurance", "housing", "food_security"),
    "health status assessments": ("general_health", "disability", "functional_status"),
}
"""What the attribute asks about, and the names of features that are it."""
_CODES = {"30525-0": "date of birth, as age", "46098-0": "sex"}
"""By LOINC, whatever the feature is called."""


def words_of(model: ModelVersion) -> Iterator[tuple[A, str]]:
    """Each attribute that rests on words."""
    schema, card = model.schema, model.card
    yield from _output(schema, card)
    yield from _purpose(model)
    yield from _development(schema, card)
    yield from _fairness(schema, card)
    yield from _maintenance(schema)


def _output(schema: FeatureSchema, card: Card | None) -> Iterator[tuple[A, str]]:
    info, facts = schema.model, schema.card
    maker, contact = facts.made_by or (card and card.made_by), facts.contact or (card and card.contact)
    yield (
        A.DEVELOPER,
        f"{maker}. Contact: {contact or 'not stated'}."
        if maker
        else not_available("its maker does not say."),
    )
    yield A.FUNDING_SOURCE, not_available("its maker does not say who paid for it.")
    yield (
        A.OUTPUT_VALUE,
        f"An estimate from 0 to 1 of the probability of the outcome: {info.outcome}. A label, high above "
        f"{info.threshold:g}. Options: changes with which the estimate is at or below a target.",
    )
    yield A.OUTPUT_TYPE, "Prediction (a probability), classification (the label), and options to consider."


def _purpose(model: ModelVersion) -> Iterator[tuple[A, str]]:
    schema, card = model.schema, model.card
    yield (
        A.INTENDED_USE,
        _joined(card.intended_use if card else ()) or filled_part(schema.model.description) or NO_CARD,
    )
    people = _joined(card.data.about if card else ())
    alike = "of the table that it was added with" if model.is_given else "whom it learned from"
    yield A.INTENDED_POPULATION, f"People like those {alike}. {people}" if people else NO_CARD
    yield A.INTENDED_USERS, "Clinicians, together with the patient whom the estimate is about."
    yield (
        A.DECISION_MAKING_ROLE,
        "Informs and augments: it gives options to consider. It replaces no decision; the clinician decides.",
    )
    yield A.OUT_OF_SCOPE_USE, _joined(card.not_for if card else ()) or NO_CARD
    limits = _joined((*card.warnings, *card.limits)) if card else ""
    yield (
        A.KNOWN_RISKS,
        f"{limits or NO_CARD} An option is an association that a model found, no promise; a low estimate "
        "never rules the outcome out.",
    )


def _development(schema: FeatureSchema, card: Card | None) -> Iterator[tuple[A, str]]:
    yield A.INCLUSION_AND_EXCLUSION, _included(card)
    yield A.SENSITIVE_INPUTS, _sensitive(schema)
    yield A.TRAINING_REPRESENTATIVENESS, represented(card)
    yield (
        A.TRAINING_RELEVANCE,
        not_available(
            "nobody compared its training data with the people where this service runs. The data are "
            f"{schema.data.name_told}, of {schema.data.publisher_told}."
        ),
    )


def _included(card: Card | None) -> str:
    if card is None:
        return NO_CARD
    counts = card.data.counts
    dropped = "; ".join(f"{why}, {count}" for why, count in counts.dropped.items())
    whose = "rows of people" if card.counts_rows else "people"
    kept = f"{counts.kept} {whose} were kept. " if counts.kept is not None else ""
    left_out = f"Left out: {dropped}." if dropped else "Nobody is said to have been left out."
    return " ".join([*card.data.about, f"{kept}{left_out}"])


def _sensitive(schema: FeatureSchema) -> str:
    found = [(what, feature) for feature in schema.features if (what := _asked_about(feature))]
    used = "; ".join(f"{what} ({_told(feature)})" for what, feature in found)
    others = ", ".join(what for what in _ASKED_ABOUT if what not in dict(found))
    return (
        f"By the names and codes of its features. Used as inputs: {used or 'none of them'}. No inputs of "
        f"their own: {others}."
    )


def _asked_about(feature: Feature) -> str | None:
    """What of the attribute's list a feature is; None of any other."""
    named = next((what for what, names in _ASKED_ABOUT.items() if feature.name in names), None)
    return named or next((_CODES[code.loinc] for code in feature.codes if code.loinc in _CODES), None)


def _moves(feature: Feature) -> bool:
    return bool(feature.action or feature.treatment or feature.consequence)


def _told(feature: Feature) -> str:
    levels = ", ".join(category.label for category in feature.categories)
    return f"{feature.label}: {levels}" if levels else feature.label


def _fairness(schema: FeatureSchema, card: Card | None) -> Iterator[tuple[A, str]]:
    groups = list(dict.fromkeys(one.group for one in card.performance.groups)) if card else []
    yield (
        A.FAIRNESS_APPROACH,
        f"Figures on held-out people are told for each group: {', '.join(groups)}. No figures are made equal."
        if groups
        else not_available("no figures by group are on its card."),
    )
    fixed = [one.label.lower() for one in schema.features if _asked_about(one) and not _moves(one)]
    kept = f" No option changes {', '.join(fixed)}." if fixed else ""
    missing = "Nothing is imputed: what is not known is told to the classifier as unknown."
    yield A.BIAS_MANAGEMENT, f"{missing}{kept} Beyond that, no step to remove bias is on record."


def _maintenance(schema: FeatureSchema) -> Iterator[tuple[A, str]]:
    nothing = "nobody is known to watch it at fixed times"
    measured = "Measured outcomes that are entered stand beside estimates, to compare them where it runs."
    yield A.VALIDITY_MONITORING, not_available(f"{nothing}. {measured}")
    yield A.FAIRNESS_MONITORING, not_available(f"{nothing}. {measured}")
    gate = schema.gate.min_roc_auc
    asks = f" A version with a ROC-AUC below {gate:g} on held-out people is not written." if gate else ""
    yield (
        A.UPDATES,
        f"A new version is trained and stands beside the older ones, each by its number.{asks} How often: "
        "not available, there is no schedule.",
    )
    contact = schema.card.contact
    faults = f" Faults are told {contact}." if contact else ""
    yield A.CORRECTIONS, not_available(f"no schedule of corrections is set.{faults}")


def _joined(sentences: tuple[str, ...]) -> str:
    return " ".join(sentences)
