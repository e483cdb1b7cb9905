"""Reading uploaded tables: CSV or Parquet, row by row, in the schema's kinds."""

from collections.abc import Iterator
from pathlib import Path

from app.domain.schema import FeatureSchema
from app.usecases.augmentation.columns import Others, RawRow
from app.usecases.augmentation.csv_in import rows_of_csv
from app.usecases.augmentation.parquet_in import rows_of_parquet

CSV, PARQUET, OCTETS = "text/csv", "application/vnd.apache.parquet", "application/octet-stream"
_MAGIC = b"PAR1"
"""What every Parquet file begins with."""


def rows_of(path: Path, schema: FeatureSchema, media_type: str, others: Others) -> Iterator[RawRow]:
    """Each row; a table without rows has none.

    A file sent as mere bytes is Parquet if it begins like that, and else CSV.

    Raises:
        InvalidInputError: the file is not such a table, its header names what the model does not know or
            leaves out what it requires, or a line has more or fewer values than the header.
    """
    is_parquet = media_type == PARQUET or (media_type == OCTETS and _begins_as_parquet(path))
    return rows_of_parquet(path, schema, others) if is_parquet else rows_of_csv(path, schema, others)


def _begins_as_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC
