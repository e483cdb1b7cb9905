"""`make bench ARGS=certainty`: is an estimate as sure as it says? Of held-out people, and by new refits."""

import json
from collections.abc import Callable, Mapping

from rich.console import Console

from app.classifiers.store import load_version
from app.classifiers.xgboost_committee import XGBoostCommittee
from app.domain.certainty import Certainty
from app.engine.certainty import FEWEST
from app.paths import MODEL_STORE, ROOT
from research.evaluation.metrics.certainty import (
    HeldOutCertainty,
    by_group,
    by_new_refits,
    by_record,
    held_out_certainty,
    neighbours,
    observed,
)
from research.evaluation.metrics.evaluators import FIRST_SEED, new_refits
from research.evaluation.metrics.figures import Figures
from research.evaluation.reporting.environment import describe_environment
from research.evaluation.reporting.tables import Column, TableSpec, as_json, markdown, terminal

MODELS = ("dysglycaemia@2", "dysglycaemia@1", "heart-disease@2")
_HOME = ROOT / ".turnpoint" / "bench" / "certainty"
OBSERVED = TableSpec(
    "How many had the outcome",
    "Held-out people by what they are told. Low and high: by the estimate alone. Share: of all held-out "
    "people of the model. Estimate: mean. With outcome: with the 95 % interval (Wilson). Percentages.",
    (
        Column("people", "people"),
        Column("of_all", "share"),
        Column("estimate", "estimate"),
        Column("outcome", "with outcome", interval=True),
    ),
    first="told",
)
BY_GROUP = TableSpec(
    "By group",
    "Held-out people of each group of the model card, by certainty: how many, their mean estimate, and "
    f"how many of them had the outcome. Percentages; of fewer than {FEWEST} people none.",
    tuple(
        Column(f"{key}_{certainty}", f"{certainty.replace('_', ' ')}: {head}")
        for certainty in Certainty
        for key, head in (("people", "n"), ("estimate", "estimate"), ("outcome", "with outcome"))
    ),
    first="group",
)
BY_RECORD = TableSpec(
    "By completeness of the record",
    "The same people as if no more were known of them than such a record carries, by their certainty then: "
    "how many, the mean share that is told beside their estimates, and how many of them had the outcome. "
    "The share counts people by their whole records. Percentages.",
    tuple(
        Column(f"{key}_{certainty}", f"{certainty.replace('_', ' ')}: {head}")
        for certainty in Certainty
        for key, head in (("people", "n"), ("told", "told"), ("outcome", "with outcome"))
    ),
    first="record",
)
NEW_REFITS = TableSpec(
    "By refits that no band was made of",
    "The same people by a second committee of as many refits with other seeds. Same: it has the same "
    "certainty of them. Across: its band crosses the threshold. Other side: its whole band is on another "
    "side of the threshold than the estimate. Agree: mean share of its refits on the estimate's side of "
    "the threshold. Below 90: people of whom fewer than 90 % of its refits are there. Percentages.",
    (
        Column("people", "people"),
        Column("same", "same"),
        Column("across", "across"),
        Column("other_side", "other side"),
        Column("agree", "agree", 1),
        Column("below", "below 90"),
    ),
    first="told",
)
NEIGHBOURS = TableSpec(
    "The share told beside an estimate",
    "What `observed` says of each held-out person, themselves left out. Told: to how many (%). Counted: "
    "people whom it counts, median. Width: of its interval, in points, median. Off: points between share "
    "and estimate, mean. Brier: of the share, and of the estimate, over the same people; lower is better.",
    (
        Column("people", "people"),
        Column("told", "told"),
        Column("counted", "counted"),
        Column("width", "width"),
        Column("off", "off", 1),
        Column("brier", "Brier", 3),
        Column("brier_estimate", "of the estimate", 3),
    ),
    first="told",
)
TABLES: tuple[tuple[TableSpec, Callable[[HeldOutCertainty], dict[str, Figures]]], ...] = (
    (OBSERVED, observed),
    (NEW_REFITS, by_new_refits),
    (NEIGHBOURS, neighbours),
    (BY_GROUP, by_group),
    (BY_RECORD, by_record),
)


def measure_certainty(console: Console, as_markdown: bool) -> None:
    """Score everybody held out, print the tables, and write `certainty.json`."""
    models = {name: _held_out(name, console) for name in MODELS}
    tables = [
        (spec, {f"{name}, {row}": one for name, people in models.items() for row, one in of(people).items()})
        for spec, of in TABLES
    ]
    for spec, figures in tables:
        print(markdown(spec, figures)) if as_markdown else console.print(terminal(spec, figures), "")
    about = [f"{describe_environment()}. New refits: seeds from {FIRST_SEED}.", *false_comfort(models)]
    print("\n\n".join(about)) if as_markdown else console.print(*about, sep="\n\n", markup=False)
    results = {"about": about, "tables": as_json(tables)}
    path = _HOME.parent / "certainty.json"
    path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def _held_out(name: str, console: Console) -> HeldOutCertainty:
    """Everybody held out of a model, and as many new refits as its committee has."""
    console.print(f"{name} …")
    model = load_version(MODEL_STORE, name)
    refits = new_refits(model, model.committee.size, _HOME, console.print)
    return held_out_certainty(model, XGBoostCommittee(refits))


def false_comfort(models: Mapping[str, HeldOutCertainty]) -> list[str]:
    """How many estimates are low while the band goes above the threshold, and who of these is clear_low."""
    lines = []
    for name, people in models.items():
        above = people.bands > people.threshold
        crosses = people.is_low & above.any(axis=1)
        called_clear = int((crosses & (people.certainty == Certainty.CLEAR_LOW)).sum())
        lines.append(
            f"{name}: {100 * crosses.mean():.1f} % of {len(above)} held-out people have an estimate at or "
            f"below the threshold and a band that goes above it; {called_clear} of them are called clear_low."
        )
    return lines
