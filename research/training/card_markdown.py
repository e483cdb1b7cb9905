"""A model card's data as Markdown."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

_GAINED = "its share of what all splits of the trees gained in training."
_IMPOSED = "the direction in which the model may respond; free means either."
_SHARES = {"sensitivity": "Sensitivity", "specificity": "Specificity", "ppv": "PPV", "npv": "NPV"}


def markdown(card: Mapping[str, Any]) -> str:
    """The whole card: words as they stand, figures as tables."""
    parts = [
        f"# {card['title']}, version {card['version']}",
        f"Estimates the probability of {card['outcome']}. {card['kind']}",
        *_section("Warning", card["warnings"]),
        _origin(card),
        *_section("Intended use", card["intended_use"]),
        *_section("Not for", card["not_for"]),
        *_section(
            "Data", _data(card["data"], card.get("training_is", "training"), _whose(card["performance"]))
        ),
        "## Features",
        *_features(card),
        *_section("Left out on purpose", card["excluded"]),
        *_section("Missing values", card["missing_values"]),
        "## Performance",
        *_performance(card),
        *_section("Limits and cautions", card["limits"]),
        *_section("How to reproduce", card["reproduce"] or ["Its maker does not say how."]),
    ]
    return "\n\n".join(parts) + "\n"


def _section(title: str, items: Iterable[str]) -> list[str]:
    """A heading and a list; nothing where there is nothing to list."""
    listed = "\n".join(f"- {item}" for item in items)
    return [f"## {title}", listed] if listed else []


def _origin(card: Mapping[str, Any]) -> str:
    facts = {"Made by": card["made_by"] or "its maker does not say", "Contact": card["contact"]}
    facts["Licence of the model"] = card["licence"]
    return " ".join(f"{what}: {text}." for what, text in facts.items() if text)


def _data(data: Mapping[str, Any], used: str, whose: str) -> Iterator[str]:
    counts = data["counts"]
    yield from data["about"]
    yield from data["preparation"]
    yield f"{counts['kept']} {whose}: {counts['training']} for {used}, {counts['held_out']} held out."
    dropped = "; ".join(f"{reason}, {n}" for reason, n in counts["dropped"].items())
    yield f"Left out: {dropped or 'nobody'}."


def _whose(performance: Mapping[str, Any]) -> str:
    """What figures count: people, or rows where a person has several."""
    return "people" if performance["held_out"].get("people") is None else "rows"


def _features(card: Mapping[str, Any]) -> Iterator[str]:
    kept = card["data"]["counts"]["kept"]
    rows = [
        [f["label"], f["unit"] or "", f["role"], f["risk"], _fine(f["influence"]), _fine(f["missing"] / kept)]
        for f in card["features"]
    ]
    yield _table(["Feature", "Unit", "Role", "Risk when it rises", "Influence", "Unknown"], rows)
    yield (
        "*Can change*: a suggestion may move it in the named direction. *Follows*: it moves along. "
        f"*Risk when it rises*: {card.get('risk_is', _IMPOSED)} "
        f"*Influence*: {card.get('influence_is', _GAINED)}"
    )


def _performance(card: Mapping[str, Any]) -> Iterator[str]:
    performance, threshold = card["performance"], card["threshold"]
    overall = {"group": "Everybody", "level": "", **performance["held_out"]}
    yield (
        f"On held-out people{card.get('seen', '')}. Sensitivity, specificity and predictive values "
        f"(PPV, NPV) at a threshold of {threshold:g}; intervals are {performance['interval']}. Small groups "
        "have wide intervals."
    )
    head = ["Group", "", "n", "With outcome", "Mean risk", "ROC-AUC", *_SHARES.values(), "Brier"]
    yield _table(head, [_group(group) for group in [overall, *performance["groups"]]])
    crossed, committee = performance.get("cross_validation"), performance["committee"]
    whose = _whose(performance)
    shares = f"Accuracy {overall['accuracy']:.2f}, F1 {overall['f1']:.2f}."
    yield (
        shares
        if crossed is None
        else (
            f"{shares} Cross-validated among the "
            f"{crossed['n']} training {whose} ({crossed['folds']} folds), ROC-AUC is {crossed['mean']:.3f}, "
            f"standard deviation {crossed['sd']:.3f}.{_moving_alone(crossed)}"
        )
    )
    if "weighted" in performance:
        yield _weighted(performance["weighted"])
    yield (
        f"The {committee['members']} members of the committee have a ROC-AUC between "
        f"{committee['roc_auc']['low']:.2f} and {committee['roc_auc']['high']:.2f}. The standard deviation "
        f"of their risks for one person is {committee['mean_sd_of_risk']:.2f} on average. For "
        f"{_percent(committee['unanimous'])} of {whose} all agree with the classifier on which "
        f"side of the threshold the person is."
    )
    yield "![ROC curve](roc.svg)"
    if "completeness" in performance:
        yield from _completeness(performance["completeness"], len(card["features"]))
    if "sites_left_out" in performance:
        yield from _sites(performance["sites_left_out"])
    yield "### Calibration"
    line = performance["calibration"]
    if line["intercept"] is None:
        yield "No calibration can be told: the risks lie too near 0 and 1."
    elif line["slope"] is None:
        yield "There is no slope: the risks part people with the outcome from people without it."
    else:
        yield f"Slope {line['slope']:.2f} (1 is ideal), intercept {line['intercept']:.2f} (0 is ideal)."
    bins = [[str(b["n"]), _percent(b["mean_risk"]), _percent(b["observed"])] for b in line["bins"]]
    yield _table(["n", "Mean predicted risk", "With outcome"], bins)
    yield "![Calibration curve](calibration.svg)"


def _moving_alone(crossed: Mapping[str, Any]) -> str:
    if "moving_alone" not in crossed:
        return ""
    alone = crossed["moving_alone"]
    return f" By what can change alone it is {alone['mean']:.3f}, standard deviation {alone['sd']:.3f}."


def _weighted(figures: Mapping[str, Any]) -> str:
    auc, sensitivity = figures["roc_auc"], _percent(figures["sensitivity"])
    told = (
        ""
        if auc is None
        else f", ROC-AUC {auc:.3f}, sensitivity {sensitivity}, specificity {_percent(figures['specificity'])}"
    )
    return (
        f"Weighted by the survey's weights: {_percent(figures['prevalence'])} with the outcome, mean risk "
        f"{_percent(figures['mean_risk'])}{told}, Brier score {figures['brier']:.3f}."
    )


def _completeness(records: Sequence[Mapping[str, Any]], features: int) -> Iterator[str]:
    older, is_crossed = list(records[0]["older"]), "cross_validation" in records[0]
    crossed = (
        " *Cross-validated* is among training people: *off* is the mean risk less the share with the outcome."
    )
    yield "### By completeness of the record"
    yield (
        f"The same held-out people, as if no more were known of them than such a record carries. *Known* is "
        f"how many of the {features} features are, on average. {_percent(records[0]['prevalence'])} of these "
        f"people have the outcome.{crossed if is_crossed else ''}"
    )
    beside = [f"{what}, version {version}" for version in older for what in ("Mean risk", "ROC-AUC")]
    head = ["Record", "Known", "Mean risk", "ROC-AUC", *beside]
    head += ["ROC-AUC, cross-validated", "Off"] if is_crossed else []
    rows = [
        [
            record["record"],
            f"{record['known']:.1f}",
            *_risk_and_auc(record),
            *(cell for version in older for cell in _risk_and_auc(record["older"][version])),
            *(_crossed(record["cross_validation"]) if is_crossed else ()),
        ]
        for record in records
    ]
    yield _table(head, rows)


def _risk_and_auc(figures: Mapping[str, Any]) -> list[str]:
    return [f"{100 * figures['mean_risk']:.1f} %", _interval(figures["roc_auc"])]


def _crossed(figures: Mapping[str, float]) -> list[str]:
    return [f"{figures['roc_auc']:.3f}", f"{figures['mean_risk_off']:+.3f}"]


def _sites(sites: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield "### At a site it did not learn from"
    yield (
        "Each site left out in turn: a classifier fitted to all people of the others, held-out ones "
        "included, and tried on all people of the one left out. *Shift* is calibration in the large, in "
        "log-odds: 0 is ideal, above it risks are too low."
    )
    head = ["Site", "n", "With outcome", "Mean risk", "ROC-AUC", "F1", "Sensitivity", "Specificity"]
    rows = [
        [
            site["site"],
            str(site["n"]),
            _percent(site["prevalence"]),
            _percent(site["mean_risk"]),
            _interval(site["roc_auc"]),
            f"{site['f1']:.2f}",
            _percent(site["sensitivity"]),
            _percent(site["specificity"]),
            f"{site['brier']:.3f}",
            _shift(site["calibration_in_the_large"]),
        ]
        for site in sites
    ]
    yield _table([*head, "Brier", "Shift"], rows)


def _group(group: Mapping[str, Any]) -> list[str]:
    return [
        group["group"],
        group["level"],
        str(group["n"]),
        _percent(group["prevalence"]),
        _percent(group["mean_risk"]),
        _interval(group["roc_auc"]),
        *(_percent(group[name]) for name in _SHARES),
        f"{group['brier']:.3f}",
    ]


def _interval(auc: Mapping[str, float] | None) -> str:
    return f"{auc['value']:.2f} ({auc['low']:.2f} to {auc['high']:.2f})" if auc else ""


def _shift(log_odds: float | None) -> str:
    return "" if log_odds is None else f"{log_odds:+.2f}"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.0f} %"


def _fine(share: float) -> str:
    return f"{100 * share:.1f} %"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
