"""Reading uploaded tables: CSV or Parquet, row by row, in the schema's kinds."""

from collections.abc import Iterator
from pathlib import Path

from app.augmentation.columns import Others, RawRow
from app.augmentation.csv_in import rows_of_csv
from app.augmentation.parquet_in import rows_of_parquet
from app.domain.schema import FeatureSchema

CSV, PARQUET = "text/csv", "application/vnd.apache.parquet"


def rows_of(path: Path, schema: FeatureSchema, media_type: str, others: Others) -> Iterator[RawRow]:
    """Each row; a table without rows has none.

    Raises:
        InvalidInputError: the file is not such a table, its header names what the model does not know or
            leaves out what it requires, or a line has more or fewer values than the header.
    """
    return rows_of_csv(path, schema, others) if media_type == CSV else rows_of_parquet(path, schema, others)
