"""Reading Parquet, a batch at a time."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from app.domain.errors import InvalidInputError
from app.domain.schema import FeatureSchema
from app.usecases.augmentation.columns import Columns, Others, RawRow, read_columns

_BATCH = 1024


def rows_of_parquet(path: Path, schema: FeatureSchema, others: Others) -> Iterator[RawRow]:
    """Its rows.

    Raises:
        InvalidInputError: it is no such table.
    """
    try:
        with pq.ParquetFile(path) as file:
            names = file.schema_arrow.names
            columns = read_columns(names, schema, others)
            batches = file.iter_batches(_BATCH, use_threads=False)
            every = chain.from_iterable(_cells(batch, columns, len(names)) for batch in batches)
            for number, cells in enumerate(every):
                yield columns.row(number, None, cells)
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the disk's fault; what Arrow says of a spoilt file has no number
        raise InvalidInputError.at("", "cannot be read as Parquet") from error


def _cells(batch: pa.RecordBatch, columns: Columns, width: int) -> Iterator[tuple[Any, ...]]:
    """Rows of the table's width, None in columns that are not read."""
    read = set(columns.places)
    nothing = [None] * batch.num_rows
    return zip(*(batch.column(i).to_pylist() if i in read else nothing for i in range(width)), strict=True)
