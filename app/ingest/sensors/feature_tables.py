"""Writing the document's tables anew, once a feature changed: `python -m app.ingest.sensors.feature_tables`.

docs/sensors.md has tables between `<!-- features -->`, `<!-- clinical -->` or `<!-- reasons -->` and
`<!-- end of table -->`.
"""

import re
from collections.abc import Callable, Iterable

from app.ingest.sensors.features.definition import Definition, Level
from app.ingest.sensors.features.table import DEFINITIONS
from app.ingest.sensors.losses import NOTES, SENTENCES
from app.ingest.sensors.sources.clinical import VARIABLES
from app.paths import ROOT

DOCUMENT = ROOT / "docs" / "sensors.md"
_TABLE = re.compile(r"(<!-- (features|clinical|reasons) -->\n).*?(<!-- end of table -->)", re.DOTALL)


def rewritten(text: str) -> str:
    """The document with its tables as the code has them."""
    return _TABLE.sub(lambda found: f"{found[1]}{_TABLES[found[2]]()}{found[3]}", text)


def _features() -> str:
    return _table(
        ("column", "is", "window", "takes", "range"),
        (
            (
                f"`{one.name}`",
                _meaning(one),
                one.window,
                one.minimal,
                f"{one.low:g} to {one.high:g}{f' {one.unit}' if one.unit else ''}",
            )
            for one in DEFINITIONS
        ),
    )


def _meaning(one: Definition) -> str:
    made_of = f" From {', '.join(one.streams)}." if one.streams else " From a table of days alone."
    person = " Of a person alone." if one.level is Level.PERSON else ""
    return f"{one.label[:1].upper()}{one.label[1:]}. {one.meaning}{person}{made_of}"


def _clinical() -> str:
    return _table(
        ("column", "variable of the source", "is", "range"),
        (
            (
                f"`{one.name}`",
                ", ".join(f"`{name}`" for name in (one.source, *one.also)),
                one.label,
                f"{one.low:g} to {one.high:g}{f' {one.unit}' if one.unit else ''}",
            )
            for one in VARIABLES
        ),
    )


def _reasons() -> str:
    return _table(
        ("reason", "why", "dropped"),
        (
            (f"`{reason.value}`", sentence, "no" if reason in NOTES else "yes")
            for reason, sentence in SENTENCES.items()
        ),
    )


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    names = list(head)
    lines = [f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


_TABLES: dict[str, Callable[[], str]] = {"features": _features, "clinical": _clinical, "reasons": _reasons}


def main() -> None:
    """Bring the document up to date with the code."""
    DOCUMENT.write_text(rewritten(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
