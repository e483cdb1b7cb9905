"""The model card, in the spirit of Mitchell et al. (2019): `card.json` and, from the same data, `card.md`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.classifiers.card import Figures
from app.classifiers.weakness import weaknesses
from app.domain.feature import Feature, Monotonicity
from app.domain.schema import FeatureSchema
from app.domain.sensor_cautions import sensor_cautions
from research.training.card_limits import limits_found
from research.training.card_markdown import markdown
from research.training.data_set import CardWords
from research.training.manifest import write_json

KIND = (
    "Gradient-boosted decision trees (XGBoost), kept small so that an exact search can run over them, "
    "with a committee of refits on bootstrap resamples of the same people that judges how well an answer "
    "holds."
)
LEARNED_UNKNOWN = (
    "Nothing is imputed. The classifier is told that a value is unknown, and learned from people for whom"
    " it was unknown too. An unknown feature is never part of a suggestion."
)
_MAY_BE_SEEN = ", some of whom the classifier may have learned from, so that figures may be too good"
_EXPECTED = "the direction that its owner expects; none was imposed on the classifier."
_OF_GIVEN = {"risk_is": _EXPECTED, "seen": _MAY_BE_SEEN, "training_is": "fitting the committee"}
"""What `card_markdown.py` has to say otherwise of a classifier that was made elsewhere."""


@dataclass(frozen=True, slots=True)
class Make:
    """What a card tells of how a classifier was made; unless told otherwise, as the shipped ones were."""

    kind: str = KIND
    missing: str = LEARNED_UNKNOWN
    influence: str | None = None
    """What the influence of a feature is, where it is not gain in training."""
    is_given: bool = False
    """Whether it was made elsewhere: without the schema's directions, perhaps from held-out people."""


def write(
    home: Path,
    schema: FeatureSchema,
    words: CardWords,
    metrics: Mapping[str, Any],
    counts: Mapping[str, Any],
    make: Make | None = None,
) -> None:
    """Write `card.json` and `card.md` into a version's folder."""
    card = make_card(schema, words, home.name.partition(".")[0], metrics, counts, make)
    write_json(home / "card.json", card)
    (home / "card.md").write_text(markdown(card), encoding="utf-8")


def make_card(
    schema: FeatureSchema,
    words: CardWords,
    version: str,
    metrics: Mapping[str, Any],
    counts: Mapping[str, Any],
    make: Make | None = None,
) -> dict[str, Any]:
    """The card as plain data: words, what the owner says of themselves, and the figures of this run."""
    make = make or Make()
    shown = (
        *("held_out", "groups", "completeness", "sites_left_out"),
        *("calibration", "cross_validation", "committee", "weighted"),
    )
    return {
        "model": schema.model.name,
        "title": schema.model.title,
        "version": version,
        "outcome": schema.model.outcome,
        "threshold": schema.model.threshold,
        "made_by": schema.card.made_by,
        "contact": schema.card.contact,
        "licence": schema.card.licence,
        "warnings": list(weaknesses(Figures.model_validate(metrics["held_out"]))),
        "kind": make.kind,
        "intended_use": list(words.intended_use),
        "not_for": list(words.not_for),
        "data": {"about": list(words.data), "preparation": list(words.preparation), "counts": dict(counts)},
        "features": [
            _feature(schema, feature, metrics, counts, make.is_given) for feature in schema.features
        ],
        **(_OF_GIVEN if make.is_given else {}),
        "excluded": list(words.excluded),
        **({"influence_is": make.influence} if make.influence else {}),
        "missing_values": [make.missing, *(() if make.is_given else _copies(schema)), *words.missing],
        "performance": {"interval": metrics["interval"]}
        | {key: metrics[key] for key in shown if key in metrics},
        "limits": [
            *schema.card.cautions,
            *sensor_cautions(schema),
            *limits_found(schema, words, metrics),
            *words.limits,
        ],
        "reproduce": list(schema.card.reproduce),
    }


def _copies(schema: FeatureSchema) -> Iterator[str]:
    if count := schema.training.masked_copies:
        copies = "an incomplete copy" if count == 1 else f"{count} incomplete copies"
        kinds = "; ".join(record.name for record in schema.training.records)
        whole = f"{100 * schema.training.whole_weight:.0f} %"
        yield (
            f"Beside each person's whole record it learned from {copies} of it, each of another kind. The "
            f"whole record counts {whole} of a person, its copies share the rest. The kinds: {kinds}."
        )


def _feature(
    schema: FeatureSchema,
    feature: Feature,
    metrics: Mapping[str, Any],
    counts: Mapping[str, Any],
    is_given: bool,
) -> dict[str, Any]:
    link, is_free = schema.link_of.get(feature.name), feature.risk is Monotonicity.FREE
    if feature.action is not None:
        role = f"can change ({feature.action.direction.value})"
    else:
        role = "fixed" if link is None else f"follows {schema[link.driver].label.lower()}"
        if schema.effects_on.get(feature.name):
            role = "follows what people do, by published effects"
        if feature.treatment is not None:
            role = "treatment, if asked for" if role == "fixed" else f"{role}; treatment, if asked for"
    return {
        "name": feature.name,
        "label": feature.label,
        "unit": feature.unit,
        "role": role,
        "risk": f"{feature.risk.value}{' expected, not imposed' if is_given and not is_free else ''}",
        "influence": metrics["influence"][feature.name],
        "missing": counts["missing"].get(feature.name, 0),
    }
