"""An answer as rows of a table: one for each change, or one for each option."""

from collections.abc import Iterator
from typing import Any, Literal

from turnpoint.answers import Change, Counterfactual, Value
from turnpoint.errors import UnsendableError
from turnpoint.showing.shown import Shown, offered

Form = Literal["long", "wide"]
Row = dict[str, Any]

LONG = (
    "status",
    "risk",
    "kind",
    "option",
    "feature",
    "label",
    "unit",
    "from",
    "to",
    "delta",
    "how",
    "option_risk",
    "effort",
    "proved",
    "holds",
)
"""Columns of the long form. `how`: `change` is what a person does, `linked` and `brought_along` follow it;
`proved`: no permitted way takes less effort; `holds`: in enough refits, noise and adherence draws."""
WIDE = ("kind", "option", "status", "risk", "effort", "proved", "holds")
"""Columns of the wide form before the features'; one that is called as a feature has a `_` behind it."""
DASH = "-"
"""What DiCE shows for a feature that an option leaves as it is."""


def rows_of(answer: Shown, form: Form, changes_only: bool, unchanged: Value = None) -> list[Row]:
    """The rows of an answer; with `changes_only`, `unchanged` stands for what an option leaves as it is.

    Raises:
        UnsendableError: there is no such form.
    """
    if form not in ("long", "wide"):
        raise UnsendableError('The form of a table is "long" or "wide".')
    return list(_long(answer)) if form == "long" else list(_wide(answer, changes_only, unchanged))


def _long(answer: Shown) -> Iterator[Row]:
    now = {"status": str(answer.status), "risk": answer.prediction.risk}
    for kind, option in offered(answer):
        for how, change in changes_of(option):
            yield now | {
                "kind": kind,
                "option": option.rank,
                "feature": change.feature,
                "label": change.label,
                "unit": change.unit,
                "from": change.before,
                "to": change.after,
                "delta": change.delta,
                "how": how,
                "option_risk": option.risk,
                **_judged(option),
            }


def changes_of(option: Counterfactual) -> list[tuple[str, Change]]:
    """All that differs in an option, and whether it is done or follows from what is."""
    changes: list[tuple[str, Change]] = [("change", one) for one in option.changes]
    changes += [("linked", one) for one in option.linked]
    return changes + [("brought_along", one) for one in option.brought_along]


def _wide(answer: Shown, changes_only: bool, unchanged: Value) -> Iterator[Row]:
    options = offered(answer)
    original = _original(answer, [option for _, option in options])
    names = {name: f"{name}_" if name in original else name for name in WIDE}
    now = dict.fromkeys(WIDE) | {
        "kind": "original",
        "option": 0,
        "status": str(answer.status),
        "risk": answer.prediction.risk,
    }
    yield {names[name]: value for name, value in now.items()} | original
    for kind, option in options:
        told = {"kind": kind, "option": option.rank, "status": now["status"], "risk": option.risk}
        told |= _judged(option)
        features = {name: option.features.get(name) for name in original}
        if changes_only:
            features = {
                name: unchanged if value == original[name] else value for name, value in features.items()
            }
        yield {names[name]: told[name] for name in WIDE} | features


def _judged(option: Counterfactual) -> Row:
    proved = option.optimality.proved if option.optimality else None
    return {"effort": option.effort, "proved": proved, "holds": not option.fragile}


def _original(answer: Shown, options: list[Counterfactual]) -> dict[str, Value]:
    """The features that were asked about; of older services, those that some option changes."""
    if answer.question is not None:
        return dict(answer.question.features)
    return {change.feature: change.before for option in options for _, change in changes_of(option)}
