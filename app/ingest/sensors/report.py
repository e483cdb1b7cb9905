"""What a run used and dropped, as JSON and in words."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from app.ingest.sensors.losses import NOTES, SENTENCES, Loss, Losses, Reason
from app.ingest.sensors.sources.base import Source


def report_of(
    source: Source,
    listed: int,
    read: int,
    days: Mapping[str, int],
    features: Mapping[str, int],
    losses: Losses,
) -> dict[str, Any]:
    """The report; every loss by file and place, and how many there are for each reason."""
    dropped = [loss for loss in losses if loss.reason not in NOTES]
    notes = [loss for loss in losses if loss.reason in NOTES]
    return {
        "source": source.name,
        "people": {"found": listed, "told": read},
        "days": {name: days.get(name, 0) for name in ("rows", "observed", "missing", "worn")},
        "people_by_feature": dict(sorted(features.items())),
        "dropped_by_reason": _by_reason(dropped),
        "noted_by_reason": _by_reason(notes),
        "dropped": [loss.told() for loss in dropped],
        "noted": [loss.told() for loss in notes],
    }


def _by_reason(losses: Iterable[Loss]) -> dict[str, dict[str, object]]:
    found: dict[Reason, list[Loss]] = defaultdict(list)
    for loss in losses:
        found[loss.reason].append(loss)
    return {
        reason.value: {
            "count": sum(one.count for one in several),
            "places": len(several),
            "first": _place(several[0]),
            "sentence": SENTENCES[reason],
        }
        for reason, several in sorted(found.items(), key=lambda pair: -sum(one.count for one in pair[1]))
    }


def _place(loss: Loss) -> str:
    return f"{loss.where}, {loss.place}" if loss.place else loss.where


def words_of(report: Mapping[str, Any]) -> list[str]:
    """The report in lines."""
    people, days = report["people"], report["days"]
    lines = [
        f"{people['told']:,} of {people['found']:,} people have rows; {days['observed']:,} days were "
        f"observed, {days['worn']:,} of them worn, and {days['missing']:,} between them are missing."
    ]
    for title, key in (("Dropped", "dropped_by_reason"), ("Used, with a note", "noted_by_reason")):
        if report[key]:
            lines.append(f"{title}:")
        for reason, told in report[key].items():
            lines.append(
                f"  {told['count']:,} {reason} in {told['places']:,} places, first {told['first']}. "
                f"{told['sentence']}"
            )
    return lines
