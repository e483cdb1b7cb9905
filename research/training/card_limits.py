"""The cautions of a model card that are figures of the run."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.domain.certainty import FEWEST_TOLD, wilson_interval
from app.domain.schema import FeatureSchema
from app.domain.wording import and_list, inline
from research.training.cross_validation import MOVING
from research.training.data_set import CardWords
from research.training.groups import AGE


def limits_found(schema: FeatureSchema, words: CardWords, metrics: Mapping[str, Any]) -> Iterator[str]:
    """What the model knows apart from age, whom it gets wrong, how it travels, and what it does not use."""
    if ages := _ages(schema, metrics):
        yield _knowledge(words, ages, metrics)
        yield from _mistakes(ages, metrics)
    if "sites_left_out" in metrics:
        yield _elsewhere(metrics)
    if metrics.get("category_unknown"):
        yield from _untold(metrics["category_unknown"])
    unused = [schema[name] for name, share in metrics["influence"].items() if share == 0]
    idle = [inline(feature.label) for feature in unused if feature.action is not None]
    if idle:
        yield (
            f"It makes no use of {and_list(idle)} by itself, so a change there counts only for what it "
            f"brings along. That it found nothing in this data does not mean that it does not matter to the "
            f"person."
        )


def _knowledge(words: CardWords, ages: Sequence[Mapping[str, Any]], metrics: Mapping[str, Any]) -> str:
    overall, crossed = metrics["held_out"]["roc_auc"]["value"], metrics.get("cross_validation")
    aucs = [group["roc_auc"]["value"] for group in ages]
    told = (
        f"{words.on_age}Within age bands ROC-AUC is {min(aucs):.2f} to {max(aucs):.2f}, "
        f"against {overall:.2f} over all ages."
    )
    return told if crossed is None else f"{told} {_worth(words, crossed)}"


def _worth(words: CardWords, crossed: Mapping[str, Any]) -> str:
    """What the model knows without some of its features."""
    without = {label: figures["mean"] for label, figures in crossed["without"].items()}
    whole = f"In cross-validation ROC-AUC is {crossed['mean']:.2f} with all features"
    label = words.told_without
    untold = None if label is None else without.get(label)  # not every category is left out in turn
    if untold is None:
        return f"{whole} and {without[MOVING]:.2f} with the fixed features alone."
    return f"{whole}, {without[MOVING]:.2f} with the fixed features alone, and {untold:.2f} without {label}."


def _mistakes(ages: Sequence[Mapping[str, Any]], metrics: Mapping[str, Any]) -> Iterator[str]:
    """In which age band it misses most, and where it calls most high for nothing; of enough people."""
    misses = [group for group in ages if _having(group) >= FEWEST_TOLD]
    alarms = [group for group in ages if group["n"] - _having(group) >= FEWEST_TOLD]
    said = []
    if misses:
        worst = min(misses, key=lambda group: group["sensitivity"])
        found = _counted(worst["sensitivity"], _having(worst))
        said.append(
            f"it finds {found} aged {worst['level']} who have the outcome: a low answer does not rule it out"
        )
    if alarms:
        worst = min(alarms, key=lambda group: group["specificity"])
        called = _counted(1 - worst["specificity"], worst["n"] - _having(worst))
        said.append(f"it calls {called} aged {worst['level']} who do not have the outcome high")
    if said:
        yield f"At the threshold of {metrics['threshold']:g} {'. There '.join(said)}."


def _having(group: Mapping[str, Any]) -> int:
    return round(group["n"] * group["prevalence"])


def _counted(share: float, people: int) -> str:
    """A share with its counts and interval: "20 % (4 of 20; 95 % interval 8 to 42 %) of those"."""
    found = round(share * people)
    low, high = wilson_interval(found, people)
    interval = f"95 % interval {100 * low:.0f} to {100 * high:.0f} %"
    return f"{100 * share:.0f} % ({found} of {people}; {interval}) of those"


def _elsewhere(metrics: Mapping[str, Any]) -> str:
    sites = sorted(metrics["sites_left_out"], key=lambda site: site["roc_auc"]["value"])
    worst, best = sites[0], sites[-1]
    off = max(sites, key=lambda site: abs(site["mean_risk"] - site["prevalence"]))
    return (
        f"It does not travel unharmed. At a site that it did not learn from, ROC-AUC is "
        f"{worst['roc_auc']['value']:.2f} ({worst['site']}) to {best['roc_auc']['value']:.2f} "
        f"({best['site']}), and its risks are off where the outcome is rarer or more common: of "
        f"those of {off['site']} it expects {100 * off['mean_risk']:.0f} % to have it, where "
        f"{100 * off['prevalence']:.0f} % do."
    )


def _untold(levels: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Where the mean risk of people is off once the model is not told which group they are of."""
    for group in dict.fromkeys(level["group"] for level in levels):
        mine = sorted((level for level in levels if level["group"] == group), key=_off)
        low, high = mine[0], mine[-1]
        yield (
            f"Told nothing of {group.lower()}, it takes all for the average. Of held-out people who are "
            f"{low['level']} it then expects {100 * low['mean_risk']:.0f} % to have the outcome, where "
            f"{100 * low['prevalence']:.0f} % do; of those who are {high['level']}, "
            f"{100 * high['mean_risk']:.0f} %, where {100 * high['prevalence']:.0f} % do."
        )


def _off(level: Mapping[str, Any]) -> float:
    return float(level["mean_risk"] - level["prevalence"])


def _ages(schema: FeatureSchema, metrics: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The bands of age with people of either outcome, where there is an age."""
    if AGE not in schema:
        return []
    title = schema[AGE].label
    return [group for group in metrics["groups"] if group["group"] == title and group["roc_auc"]]
