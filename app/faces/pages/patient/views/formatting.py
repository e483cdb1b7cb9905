"""Values and findings in a clinician's words."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from app.domain.carried_over import CarriedOver
from app.domain.feature import Feature
from app.domain.schema import FeatureSchema, Value
from app.domain.wording import number
from app.faces.http.pages.rendering import risk_words
from app.faces.http.pages.translation import gettext as _
from app.usecases.counterfactuals.schemas import GenerationOut

NO_BREAK = "\N{NO-BREAK SPACE}"


def value_text(feature: Feature | None, value: Value) -> str:
    """A value without its unit; of a feature that no hosted model knows, as it was recorded."""
    if value is None:
        return _("not known")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str):
        labels = {c.value: c.label for c in feature.categories} if feature else {}
        return labels.get(value, value)
    return number(feature, float(value)) if feature else f"{value:g}"


def with_unit(feature: Feature, value: Value) -> str:
    """A value and its unit, kept on one line."""
    text = value_text(feature, value)
    return f"{text} {feature.unit}".replace(" ", NO_BREAK) if feature.unit and value is not None else text


def degraded_text(generation: GenerationOut, has_options: bool) -> list[str]:
    """What was away, and what that means for the answer: its options, where it has any."""
    away = {
        "cache_unavailable": _("The cache was away: the answer took longer, and is complete."),
        "deadline": _(
            "This was answered in a hurry: search or language model had not done all that they do."
        ),
        **(_from_the_search() if has_options else _search_alone()),
    }
    return [away[reason] for reason in generation.degraded]


def _from_the_search() -> dict[str, str]:
    return {
        "llm_unavailable": _("The language model was away: these options come from the search alone."),
        "llm_timeout": _(
            "The language model did not answer in time: these options come from the search alone."
        ),
        "llm_no_proposal": _(
            "The language model proposed nothing that could be read: these options come from the search "
            "alone."
        ),
        "llm_not_taught": _(
            "No language model was taught this model: these options come from the search alone."
        ),
    }


def _search_alone() -> dict[str, str]:
    return {
        "llm_unavailable": _("The language model was away: it proposed nothing."),
        "llm_timeout": _("The language model did not answer in time: it proposed nothing."),
        "llm_no_proposal": _("The language model proposed nothing that could be read."),
        "llm_not_taught": _("No language model was taught this model: none proposed anything."),
    }


def carried_text(generation: GenerationOut) -> list[str]:
    """What is to be known of a language model that was tuned for another model; else nothing."""
    carried = CarriedOver.read(generation.prompt_version)
    if carried is None:
        return []
    return [
        _(
            "The language model was tuned for another model, %(model)s. It was asked since here %(valid)s of "
            "its proposals were found to reach the target, against %(few_shot)s without what it learned "
            "there.",
            model=carried.taught_for,
            valid=f"{carried.valid} %",
            few_shot=f"{carried.few_shot} %",
        )
    ]


def unknown_labels(schema: FeatureSchema | None, features: Mapping[str, Value]) -> list[str]:
    """What is not known of the patient."""
    if schema is None:
        return [name.replace("_", " ") for name, value in features.items() if value is None]
    return [feature.label for feature in schema.features if features.get(feature.name, 0) is None]


def decimals_apart(values: Sequence[float], most: int) -> int:
    """Decimals for a column of numbers: one, or as many up to `most` as tell neighbours apart."""
    pairs = [(one, other) for one, other in pairwise(values) if one != other]
    return next(
        (
            places
            for places in range(1, most)
            if all(f"{a:.{places}f}" != f"{b:.{places}f}" for a, b in pairs)
        ),
        most,
    )


def interval_text(low: float, high: float, beside: float | None = None) -> str:
    """A range of risks: "55 to 66 %", as exactly as another risk beside it takes."""
    start, end = risk_words(low, beside), risk_words(high, beside)
    if start == end and start[0] in "<>":
        return end
    return _("%(low)s to %(high)s", low=start.removesuffix(f"{NO_BREAK}%"), high=end)
