"""What an owner is told once a task.toml is drafted or a version is made, in plain lines."""

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from app.classifiers.card import Figures, held_out_words
from app.classifiers.weakness import weaknesses
from app.paths import MODEL_STORE
from research.own_model.adding import Added, Drafted, Order
from research.own_model.table.own_table import OwnTable

_BADLY_CALIBRATED = (0.8, 1.25)
"""Outside these slopes risks are far too extreme or too timid to be told without a word."""


def report_of(done: Drafted | Added, order: Order) -> str:
    """The report, line by line."""
    lines = _drafted(done, order) if isinstance(done, Drafted) else _added(done, order)
    return "\n".join(lines)


def _drafted(done: Drafted, order: Order) -> Iterator[str]:
    yield from _table(done.table)
    yield ""
    yield f"Wrote {done.task}, a first draft: every feature is fixed. What to decide now:"
    yield from (f"  {line}" for line in done.advice)
    yield ""
    yield f"Then make the model: {_command(order)}"


def _command(order: Order) -> str:
    """The command that makes the model; what is given once need not be given twice but for the table."""
    words = ["turnpoint", "add-model", order.name, "--data", str(order.data), "--outcome", order.outcome]
    words += ["--id", order.id_column] if order.id_column else []
    words += ["--site", order.site_column] if order.site_column else []
    words += ["--weight", order.weight_column] if order.weight_column else []
    words += ["--classifier", str(order.classifier)] if order.classifier else []
    words += ["--trust-pickle"] if order.trusts_pickle else []
    words += [] if _is_usual(order.store) else ["--store", str(order.store)]
    return shlex.join(words)


def _is_usual(store: Path) -> bool:
    return store == MODEL_STORE.resolve()


def _table(table: OwnTable) -> Iterator[str]:
    cases, rows = int(table.outcome.sum()), len(table.outcome)
    yield (
        f"{table.name}: {rows:,} rows of {len(set(table.ids)):,} people, {cases:,} "
        f"({100 * cases / rows:.1f} %) with the outcome; {table.frame.shape[1]} columns can be features."
    )
    yield from (f"  {note}" for note in table.notes)


def _added(done: Added, order: Order) -> Iterator[str]:
    yield from _table(done.table)
    yield from _people(done, order)
    yield ""
    yield from _figures(done.metrics)
    if done.made.is_given:
        yield (
            "Whether the classifier learned from people who are held out here is not known; if it did, these "
            "figures, and warnings of them, are too good."
        )
    yield from done.made.notes
    if warnings := list(_warnings(done)):
        yield ""
        yield "Warnings:"
        yield from (f"  {line}" for line in warnings)
    if done.advice:
        yield ""
        yield "To look at:"
        yield from (f"  {line}" for line in done.advice)
    yield ""
    yield f"Wrote {done.home}. Its card: {done.home / 'card.md'}"
    yield f"Host it: {host_command(done.home)}"
    yield "Then open http://127.0.0.1:8000/"


def host_command(home: Path) -> str:
    """The command that hosts a version of this folder; a store of its own has to be named."""
    store = home.parent.parent
    named = "" if _is_usual(store) else f"MODEL_STORE={shlex.quote(str(store))} "
    return f"{named}DEFAULT_MODEL={home.parent.name} turnpoint run"


def _people(done: Added, order: Order) -> Iterator[str]:
    cohort = done.cohort
    dropped = "; ".join(f"{why}, {count}" for why, count in cohort.tally.dropped.items())
    by = "the row's number" if order.id_column is None else "the id"
    used = "are for fitting the committee" if done.made.is_given else "are learned from"
    yield (
        f"{len(cohort.training):,} rows {used} and {len(cohort.held_out):,} held out, by a hash of {by}. "
        f"Dropped: {dropped or 'nobody'}."
    )
    if lost := cohort.tally.out_of_range:
        values = ", ".join(f"{name} {count}" for name, count in lost.items())
        yield f"Outside their clinical range, and treated as unknown: {values}."
    if done.is_task_left:
        yield (
            "task.toml was changed while the version was made, and is left as it was changed: the version "
            "has the one that it was made with."
        )
    if done.moved:
        where = "the version's task.toml" if done.is_task_left else "task.toml"
        of_whom = "rows not held out" if done.made.is_given else "those learned from"
        yield f"`observed` in {where} was set to {of_whom}: {', '.join(done.moved)}."


def _figures(metrics: Mapping[str, Any]) -> Iterator[str]:
    held_out, line = metrics["held_out"], metrics["calibration"]
    auc = held_out["roc_auc"]
    whom = held_out_words(held_out["n"], held_out.get("people"))
    if auc is None:
        yield f"ROC-AUC on {whom} cannot be told with an interval: they are too few people."
    else:
        interval = f"95 % interval {auc['low']:.3f} to {auc['high']:.3f}"
        yield f"ROC-AUC on {whom}: {auc['value']:.3f} ({interval})."
    yield (
        f"Calibration there: {_line(line)}, Brier score {held_out['brier']:.3f}; "
        f"{100 * held_out['mean_risk']:.1f} % are expected to have the outcome, "
        f"{100 * held_out['prevalence']:.1f} % have it."
    )
    yield (
        f"Above the threshold of {metrics['threshold']:g} is high: {_share(held_out['sensitivity'])} of "
        f"those with the outcome (sensitivity); {_share(held_out['specificity'])} of those without it are "
        "not (specificity)."
    )


def _line(line: Mapping[str, float | None]) -> str:
    """Slope and intercept in words."""
    if line["intercept"] is None:
        return "none can be told, the risks lie too near 0 and 1"
    slope = "none, the risks part the two groups" if line["slope"] is None else f"{line['slope']:.2f}"
    return f"slope {slope} (1 is ideal), intercept {line['intercept']:+.2f} (0 is ideal)"


def _share(share: float | None) -> str:
    return "an unknown share" if share is None else f"{100 * share:.0f} %"


def _warnings(done: Added) -> Iterator[str]:
    yield from weaknesses(Figures.model_validate(done.metrics["held_out"]))
    slope = done.metrics["calibration"]["slope"]
    low, high = _BADLY_CALIBRATED
    if slope is not None and not low <= slope <= high:
        what = "too extreme" if slope < low else "too timid"
        seen = ", some of whom the classifier may have learned from" if done.made.is_given else ""
        yield (
            f"Risks are {what} on held-out people{seen} (calibration slope {slope:.2f}): take them with care."
        )
    held_out = done.metrics["held_out"]
    if held_out["sensitivity"] == 0:
        least = done.metrics["threshold"]
        yield f"Nobody who has the outcome is above the threshold of {least:g}: set a lower one."
    if not any(feature.action or feature.treatment for feature in done.schema.features):
        yield "No feature can change, so nothing will be suggested: write [feature.action] where people can."
