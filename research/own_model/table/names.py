"""From a column's header to the name of a feature, its label, and the unit that the header states."""

import re
import unicodedata
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from app.domain.reserved_names import RESERVED
from research.own_model.table.unit_words import UNITS

_LONGEST = 40
_BRACKETS = re.compile(r"(?P<rest>.*\S)\s*[(\[](?P<unit>[^()\[\]]+)[)\]]\s*")
_COMMA = re.compile(r"(?P<rest>.*\S)\s*,\s*(?P<unit>[^,()\[\]]+)")
_ENDING = re.compile(
    r"(?P<rest>.*[^_ ])[_ ](?P<unit>kg|cm|mm|mmhg|mg[_/]dl|g[_/]dl|mmol[_/]l|umol[_/]l|bpm)", re.I
)
_SPELLED = {
    "ß": "ss",
    "æ": "ae",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "µ": "u",
    "μ": "u",
    "&": " and ",
    "%": " percent ",
}
_TAKEN = RESERVED | {"id"}


@dataclass(frozen=True, slots=True)
class ColumnName:
    """What a column is called: in requests, for people, and in which unit if its header says."""

    name: str
    label: str
    unit: str | None


def names_of(columns: Sequence[str]) -> Mapping[str, ColumnName]:
    """A name and a label for each column, none of which another has.

    Where two headers come to the same, one that is a good name itself keeps it, wherever it stands, and their
    labels are the whole headers.
    """
    parts = [_parts(column) for column in columns]
    rests = [rest for rest, _ in parts]
    taken = _TAKEN | {column for column in columns if _plain(column) == column}
    names: dict[str, ColumnName] = {}
    labels: set[str] = set()
    for place, (column, (rest, unit)) in enumerate(zip(columns, parts, strict=True), start=1):
        name = _name(column, rest, place, taken)
        label = rest if rest and rests.count(rest) == 1 else _clean(column) or f"Column {place}"
        while label in labels:
            label += " (again)"
        taken |= {name}
        labels.add(label)
        names[column] = ColumnName(name, label, unit)
    return names


def _name(column: str, rest: str, place: int, taken: frozenset[str]) -> str:
    plain = _plain(rest) or f"column_{place}"
    if plain == column and plain not in _TAKEN:
        return plain
    return _free(f"{plain}_value" if plain in _TAKEN else plain, taken)


def _parts(column: str) -> tuple[str, str | None]:
    """The header without the unit that it states, and the unit."""
    clean = _clean(column)
    if found := _BRACKETS.fullmatch(clean):
        unit = found["unit"].strip()
        if known := UNITS.get(unit.lower()):
            return found["rest"], known
        if "/" in unit and " " not in unit and any(map(str.isalpha, unit)) and len(unit) <= 12:
            return found["rest"], unit
    if (found := _COMMA.fullmatch(clean)) and (known := UNITS.get(found["unit"].strip().lower())):
        return found["rest"], known
    if found := _ENDING.fullmatch(clean):
        return clean, UNITS.get(found["unit"].lower().replace("_", "/"))
    return clean, None


def _clean(column: str) -> str:
    return " ".join("".join(" " if _is_control(sign) else sign for sign in column).split())


def _is_control(sign: str) -> bool:
    return unicodedata.category(sign) in ("Cc", "Cf")


def _plain(text: str) -> str:
    """Small ASCII letters, digits and underscores, beginning with a letter; empty if nothing is left."""
    text = re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", "_", text)
    text = "".join(_SPELLED.get(sign, sign) for sign in text.lower())
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "_", ascii_only.lower()).strip("_")
    if name and not name[0].isalpha():
        name = f"f_{name}"
    return name[:_LONGEST].strip("_")


def _free(name: str, taken: Container[str]) -> str:
    """The name, with a number behind it where another has it."""
    free, number = name, 2
    while free in taken:
        ending = f"_{number}"
        free, number = name[: _LONGEST - len(ending)] + ending, number + 1
    return free
