"""Answers as HTML for a notebook: what options change and nothing else of anybody, every text escaped."""

from collections.abc import Iterable, Sequence
from html import escape

from turnpoint.answers import Change, Counterfactual, Status, Value
from turnpoint.showing.rows import changes_of
from turnpoint.showing.shown import Shown, offered

UNRECORDED = "Worked out in process: nothing is recorded."
_STATUS = {
    Status.FOUND: "options found",
    Status.ALREADY_BELOW_TARGET: "at or below the target already",
    Status.OUTCOME_MEASURED: "a measured result shows the outcome",
    Status.INFEASIBLE: "no permitted way reaches the target",
}
_HEAD = ("Option", "Changes", "What follows", "Risk then")


def html_of(answer: Shown, recorded: bool) -> str:
    """One answer: a sentence about the risk, and a row for each option."""
    caption = f"{_now(answer)}.{'' if recorded else f' {UNRECORDED}'}"
    rows = [_option_cells(kind, option) for kind, option in offered(answer)]
    return table(caption, _HEAD, rows) if rows else f"<p>{escape(caption)}</p>"


def people_rows(label: str, answer: Shown) -> list[list[str]]:
    """The rows of one of several people: what they are called, how they stand, and each option."""
    now = [label, _now(answer)]
    return [[*now, *_option_cells(kind, one)] for kind, one in offered(answer)] or [[*now, "", "", "", ""]]


PEOPLE_HEAD = ("Row", "Now", *_HEAD)


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table that a screen reader can read: a caption, and headers of columns and rows."""
    heads = "".join(f'<th scope="col">{escape(one)}</th>' for one in head)
    body = "".join(f"<tr>{_cells(row)}</tr>" for row in rows)
    return (
        f"<table><caption>{escape(caption)}</caption><thead><tr>{heads}</tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )


def _cells(row: Sequence[str]) -> str:
    first, *others = (escape(cell) for cell in row)
    return f'<th scope="row">{first}</th>' + "".join(f"<td>{cell}</td>" for cell in others)


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _now(answer: Shown) -> str:
    told = f"Risk {percent(answer.prediction.risk)}, target {percent(answer.prediction.target)}: "
    told += _STATUS[answer.status]
    if (lowest := answer.infeasible) is not None:
        proved = "proved to be" if lowest.proved else "found so far"
        told += f"; {percent(lowest.lowest_reachable_risk)} is {proved} the lowest in reach"
    return told


def _option_cells(kind: str, option: Counterfactual) -> list[str]:
    changes = changes_of(option)
    done = "; ".join(_change(one) for how, one in changes if how == "change")
    follows = "; ".join(_change(one) for how, one in changes if how != "change")
    return [f"{kind} {option.rank}", done, follows, percent(option.risk)]


def _change(change: Change) -> str:
    unit = f" {change.unit}" if change.unit else ""
    return f"{change.label} {_value(change.before)} → {_value(change.after)}{unit}"


def _value(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, int | float) else str(value)
