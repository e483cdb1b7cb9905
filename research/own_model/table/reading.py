"""An owner's table, CSV or Parquet: read once, mended where that is safe, and told in words."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from app.domain.schema import BoolArray
from research.own_model.table.features import features_of
from research.own_model.table.headers import find_column, named_columns
from research.own_model.table.limits import LIMITS, Limits, check_bytes
from research.own_model.table.outcome import read_outcome
from research.own_model.table.own_table import OwnTable
from research.own_model.table.parquet_file import MAGIC, read_parquet_table
from research.own_model.table.raw import RawColumn, RawTable, Unread, texts_of
from research.own_model.table.survey_weights import weights_of
from research.own_model.table.text_file import Scan, read_text_table, scan
from research.training.errors import TrainingError

__all__ = ["OwnTable", "read_table"]

_OTHER_FORMATS = {
    b"PK\x03\x04": "a spreadsheet or an archive: save the sheet as CSV",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet: save the sheet as CSV",
    b"\x1f\x8b": "compressed: unpack it",
    b"$FL2": "a table of SPSS: save it as CSV",
    b"$FL3": "a table of SPSS: save it as CSV",
    b"<sta": "a table of Stata: save it as CSV",
    b"ARRO": "a table in Arrow's own format: save it as Parquet",
    b"\x89HDF": "an HDF5 file: save the table as Parquet",
}


def read_table(
    path: Path,
    outcome: str,
    id_column: str | None,
    site_column: str | None,
    limits: Limits = LIMITS,
    weight_column: str | None = None,
) -> OwnTable:
    """Read a table of people, one row each, or several rows of a person with an `id_column`.

    `outcome` is a column of yes and no, or `COLUMN=value`. Memory stays within the limits: of a file that
    is too long, rows are counted and not kept.

    Raises:
        TrainingError: the table cannot be used as it is; the message says which column or row, and what to
            do.
    """
    digest, table = _read_file(path, limits)
    left_out: dict[str, str] = {}
    notes = list(table.notes)
    columns = named_columns(table, left_out, notes)
    judged = read_outcome(columns, outcome, limits)
    taken = _other_roles(columns, id_column, site_column, weight_column)
    if judged.column in taken:
        raise TrainingError(
            f'The column "{judged.column}" is the outcome, and cannot be the id, site or weight as well.'
        )
    if unknown := int((~judged.known).sum()):
        notes.append(
            f'{unknown:,} of {table.rows:,} rows do not tell the outcome "{judged.column}": left out.'
        )
    ids = _ids(table, taken, id_column, judged.known, notes)
    sites = _sites(taken, site_column, judged.known, notes)
    weights = None if weight_column is None else weights_of(taken[weight_column], judged.known)
    features = [column for column in columns if column.name not in (judged.column, *taken)]
    frame, units = features_of(features, table.delimiter, judged, left_out, notes)
    if frame.shape[1] == 0:
        reasons = _reasons(left_out) or "there is none beside the outcome"
        raise TrainingError(f"No column can be a feature: {reasons}.")
    _note_repeats(frame, judged.there[judged.known], ids, id_column, notes)
    if left_out:
        notes.append(f"Left out: {_reasons(left_out)}.")
    return OwnTable(
        frame=frame,
        outcome=judged.there[judged.known],
        ids=ids,
        sites=sites,
        name=path.stem,
        sha256=digest,
        notes=notes,
        left_out=left_out,
        units=units,
        outcome_column=judged.column,
        weights=weights,
    )


def _read_file(path: Path, limits: Limits) -> tuple[str, RawTable]:
    try:
        check_bytes(path.stat().st_size, limits)
        found = scan(path)
        with path.open("rb") as file:
            beginning = file.read(4)
        if beginning == MAGIC:
            return found.sha256, read_parquet_table(path, limits)
        _check_text(path, beginning, found)
        return found.sha256, read_text_table(path, found.encoding, limits)
    except FileNotFoundError as error:
        raise TrainingError(f"There is no file {path}.") from error
    except (OSError, UnicodeError) as error:
        raise TrainingError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}.") from error


def _check_text(path: Path, beginning: bytes, found: Scan) -> None:
    for signature, what in _OTHER_FORMATS.items():
        if beginning.startswith(signature[:4]):
            raise TrainingError(f"{path.name} is {what}.")
    if not beginning:
        raise TrainingError(f"{path.name} is empty.")
    if found.zero_line is not None:
        raise TrainingError(
            f"{path.name} is neither text nor Parquet, as line {found.zero_line} holds a byte 0: save "
            "the table as CSV or Parquet."
        )


def _other_roles(
    columns: Sequence[RawColumn], id_column: str | None, site_column: str | None, weight_column: str | None
) -> dict[str, RawColumn]:
    wanted = ((id_column, "ids"), (site_column, "sites"), (weight_column, "weights"))
    return {name: find_column(columns, name, what) for name, what in wanted if name is not None}


def _ids(
    table: RawTable, taken: dict[str, RawColumn], name: str | None, kept: BoolArray, notes: list[str]
) -> list[str]:
    """Whose row each is; a row without an id is a person of its own."""
    rows = (np.flatnonzero(kept) + 1).tolist()
    if name is None:
        return [str(row) for row in rows]
    texts = _texts(taken[name])
    lacking = [row for row in rows if texts[row - 1] is None]
    if lacking:
        notes.append(
            f'The column "{name}" is empty in {len(lacking):,} rows, the first is row {lacking[0]}: each was '
            "taken as a person of its own."
        )
    ids = [text if (text := texts[row - 1]) is not None else f"row {row}" for row in rows]
    people = len(set(ids))
    if people < table.rows and people < len(ids):
        notes.append(f"{len(ids):,} rows are of {people:,} people; rows of a person stay together.")
    return ids


def _sites(
    taken: dict[str, RawColumn], name: str | None, kept: BoolArray, notes: list[str]
) -> list[str] | None:
    if name is None:
        return None
    texts = _texts(taken[name])
    sites = [texts[row] for row in np.flatnonzero(kept)]
    if lacking := sum(site is None for site in sites):
        notes.append(f'The column "{name}" is empty in {lacking:,} rows: their site is called "unknown".')
    return ["unknown" if site is None else site for site in sites]


def _texts(column: RawColumn) -> list[str | None]:
    cells = column.read()
    if isinstance(cells, Unread):
        raise TrainingError(f'The column "{column.name}" holds {cells.what}, not names or numbers.')
    return texts_of(cells)


def _note_repeats(
    frame: "pd.DataFrame", outcome: BoolArray, ids: Sequence[str], id_column: str | None, notes: list[str]
) -> None:
    whole = frame.assign(**{"\0outcome": outcome, **({"\0id": list(ids)} if id_column else {})})
    if repeats := int(whole.duplicated().sum()):
        what = "rows repeat an earlier one" if repeats > 1 else "row repeats an earlier one"
        advice = "" if id_column else "; if a person has several rows, name the column of ids with --id"
        notes.append(f"{repeats:,} {what} in every feature and the outcome{advice}.")


def _reasons(left_out: dict[str, str]) -> str:
    return "; ".join(f'"{name}" ({reason})' for name, reason in left_out.items())
