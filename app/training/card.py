"""The model card, in the spirit of Mitchell et al. (2019): `card.json` and, from the same data, `card.md`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.domain.feature import Feature
from app.domain.schema import FeatureSchema
from app.training import card_words as words
from app.training.card_markdown import markdown
from app.training.manifest import write_json


def write(home: Path, schema: FeatureSchema, metrics: Mapping[str, Any], counts: Mapping[str, Any]) -> None:
    """Write `card.json` and `card.md` into a version's folder."""
    card = make_card(schema, home.name.partition(".")[0], metrics, counts)
    write_json(home / "card.json", card)
    (home / "card.md").write_text(markdown(card), encoding="utf-8")


def make_card(
    schema: FeatureSchema, version: str, metrics: Mapping[str, Any], counts: Mapping[str, Any]
) -> dict[str, Any]:
    """The card as plain data: words, and the figures of this run."""
    shown = ("held_out", "groups", "calibration", "cross_validation", "committee")
    return {
        "model": schema.model.name,
        "title": schema.model.title,
        "version": version,
        "outcome": schema.model.outcome,
        "threshold": schema.model.threshold,
        "made_by": words.MADE_BY,
        "kind": words.KIND,
        "intended_use": list(words.INTENDED_USE),
        "not_for": list(words.NOT_FOR),
        "data": {"about": list(words.DATA), "preparation": list(words.PREPARATION), "counts": dict(counts)},
        "features": [_feature(schema, feature, metrics, counts) for feature in schema.features],
        "excluded": list(words.EXCLUDED),
        "missing_values": list(words.MISSING),
        "performance": {"interval": metrics["interval"]} | {key: metrics[key] for key in shown},
        "limits": [*_limits_found(schema, metrics), *words.LIMITS],
        "reproduce": list(words.REPRODUCE),
    }


def _feature(
    schema: FeatureSchema, feature: Feature, metrics: Mapping[str, Any], counts: Mapping[str, Any]
) -> dict[str, Any]:
    link = schema.link_of.get(feature.name)
    if feature.action is not None:
        role = f"can change ({feature.action.direction.value})"
    else:
        role = "fixed" if link is None else f"follows {schema[link.driver].label.lower()}"
    return {
        "name": feature.name,
        "label": feature.label,
        "unit": feature.unit,
        "role": role,
        "risk": feature.risk.value,
        "influence": metrics["influence"][feature.name],
        "missing": counts["missing"].get(feature.name, 0),
    }


def _limits_found(schema: FeatureSchema, metrics: Mapping[str, Any]) -> list[str]:
    """The cautions that are figures of this run."""
    overall, crossed = metrics["held_out"]["roc_auc"]["value"], metrics["cross_validation"]
    ages = [group for group in metrics["groups"] if group["group"] == "Age"]
    aucs = [group["roc_auc"]["value"] for group in ages if group["roc_auc"]]
    misses = min(ages, key=lambda group: group["sensitivity"])
    alarms = min(ages, key=lambda group: group["specificity"])
    without = {label: figures["mean"] for label, figures in crossed["without"].items()}
    idle = [schema[name].label.lower() for name, share in metrics["influence"].items() if share == 0]
    found = [
        f"Much of what it knows is age. Within age bands ROC-AUC is {min(aucs):.2f} to {max(aucs):.2f}, "
        f"against {overall:.2f} over all ages. In cross-validation ROC-AUC is {crossed['mean']:.2f} with all "
        f"features, {without['everything that can change']:.2f} with the fixed features alone, and "
        f"{without['ethnicity']:.2f} without ethnicity.",
        f"At the threshold of {metrics['threshold']:g} it finds {100 * misses['sensitivity']:.0f} % of those "
        f"aged {misses['level']} who have the outcome: a low answer does not rule it out. It calls "
        f"{100 * (1 - alarms['specificity']):.0f} % of those aged {alarms['level']} who do not have the "
        f"outcome high.",
    ]
    if idle:
        found.append(
            f"It makes no use of {', '.join(idle)}, and cannot suggest a change there. That it found nothing "
            f"in this data does not mean that it does not matter to the person."
        )
    return found
