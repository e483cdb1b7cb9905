"""The people of a table, checked against a model's features: who can be asked about, and who cannot."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from turnpoint.answers import Value
from turnpoint.errors import CellFault, FrameError, UnsendableError
from turnpoint.frames.cells import CellError, feature_value, plain
from turnpoint.frames.schema import FeatureRule
from turnpoint.frames.table import Table, place
from turnpoint.frames.whole_columns import whole_column_faults

OnInvalid = Literal["reject", "skip"]
MOST_FAULTS = 100
"""How many faults an error holds: nobody reads more."""
_PATIENT_ID = re.compile(r"[._-]*[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LONGEST_LABEL = 40


@dataclass(frozen=True, slots=True)
class Person:
    """One row: its place from 0, its label, the patient's id, and its features."""

    row: int
    label: str
    patient_id: str
    features: dict[str, Value]


@dataclass(frozen=True, slots=True)
class People:
    """Those of a table who can be asked about, in its order; `faulty` are the others, by their rows."""

    table: Table
    asked: Sequence[Person]
    faulty: Mapping[int, Sequence[CellFault]]
    ids: Sequence[dict[str, Any]]
    """The caller's columns of every row."""
    features: Sequence[str]
    made_ids: bool

    def label(self, row: int) -> str:
        return label_of(self.table.labels[row])


@dataclass(frozen=True, slots=True)
class Naming:
    """Which columns name people: `patient_id` is sent, `id_columns` are kept and never sent.

    Where no column has them, ids of patients are made of `made` and the row.
    """

    patient_id: str | None
    id_columns: Sequence[str]
    made: str


def people_of(
    table: Table, rules: Mapping[str, FeatureRule], naming: Naming, on_invalid: OnInvalid
) -> People:
    """Everybody of a table, with values in the kinds of the model's features, in the model's order.

    Raises:
        FrameError: columns are missing or not known; or rows have faults, and `on_invalid` is not "skip".
        UnsendableError: `on_invalid` is neither of the two.
    """
    if on_invalid not in ("reject", "skip"):
        raise UnsendableError('on_invalid is "reject" or "skip".')
    if faults := list(_column_faults(table, rules, naming)):
        raise FrameError(faults)
    whole = list(whole_column_faults(table, rules)) if on_invalid == "reject" else []
    said = {fault.column for fault in whole}
    left = {name: rule for name, rule in rules.items() if name not in said}
    asked: list[Person] = []
    faulty: dict[int, Sequence[CellFault]] = {}
    told = len(whole)
    for row in range(len(table)):
        read = _person(table, left, naming, row)
        if isinstance(read, Person):
            asked.append(read)
            continue
        faulty[row] = read
        told += len(read)
        if on_invalid == "reject" and told >= MOST_FAULTS:
            break
    if on_invalid == "reject" and (whole or faulty):
        of_rows = [fault for faults in faulty.values() for fault in faults]
        raise FrameError([*whole, *of_rows][:MOST_FAULTS])
    kept = [*naming.id_columns, *([naming.patient_id] if naming.patient_id else [])]
    kept = list(dict.fromkeys(kept))
    ids = [{name: plain(table.columns[name][row]) for name in kept} for row in range(len(table))]
    return People(table, asked, faulty, ids, list(rules), made_ids=naming.patient_id is None)


def label_of(label: Any) -> str:
    """A row's label in words, cut where it is long."""
    text = str(plain(label))
    return text if len(text) <= _LONGEST_LABEL else f"{text[:_LONGEST_LABEL]}…"


def _column_faults(table: Table, rules: Mapping[str, FeatureRule], naming: Naming) -> Iterator[CellFault]:
    names = list(table.columns)
    own = [*naming.id_columns, *([naming.patient_id] if naming.patient_id else [])]
    for name in dict.fromkeys(own):
        if name not in table.columns:
            yield CellFault(None, place(name, [*names, name]), "is not in the table")
        elif name in rules:
            yield CellFault(None, name, "is a feature of the model, and cannot name people")
    for rule in rules.values():
        if rule.required and rule.name not in table.columns:
            yield CellFault(None, rule.name, "is required, and not in the table")
    for name in names:
        if name not in rules and name not in own:
            why = "is not a feature of this model: drop it, or name it in id_columns to keep it"
            yield CellFault(None, place(name, names), why)


def _person(
    table: Table, rules: Mapping[str, FeatureRule], naming: Naming, row: int
) -> Person | list[CellFault]:
    label = label_of(table.labels[row])
    features: dict[str, Value] = {}
    faults: list[CellFault] = []
    for name, rule in rules.items():
        if name not in table.columns:
            continue
        try:
            features[name] = feature_value(table.columns[name][row], rule)
        except CellError as error:
            faults.append(CellFault(label, name, str(error)))
    patient_id = f"{naming.made}-{row}"
    if naming.patient_id is not None:
        given = _id_of(table.columns[naming.patient_id][row])
        if given is None:
            faults.append(CellFault(label, place(naming.patient_id, list(table.columns)), _NO_ID))
        patient_id = given or patient_id
    return faults or Person(row, label, patient_id, features)


_NO_ID = "must be an id of 1 to 64 letters, digits, dots, underscores or hyphens"


def _id_of(value: Any) -> str | None:
    value = plain(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # a column of whole numbers, some of them missing
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = str(value)
    return text if _PATIENT_ID.fullmatch(text) and len(text) <= 64 else None
