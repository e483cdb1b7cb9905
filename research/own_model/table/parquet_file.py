"""Tables as Parquet."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from research.own_model.table.limits import Limits, check_size
from research.own_model.table.raw import RawColumn, RawTable
from research.training.errors import TrainingError

MAGIC = b"PAR1"
_INDEX = "__index_level_"
"""How pandas names an index that has no name."""


def read_parquet_table(path: Path, limits: Limits) -> RawTable:
    """The table of a Parquet file; its size is looked at before its cells are read.

    Raises:
        TrainingError: it is no Parquet file, has no rows, or is larger than the limits allow.
    """
    try:
        with pq.ParquetFile(path) as file:
            check_size(file.metadata.num_rows, len(file.schema_arrow), limits)
            table = file.read(use_threads=False)
    except (pa.ArrowException, OSError) as error:
        raise TrainingError(f"{path.name} is not a Parquet file, or is damaged.") from error
    if table.num_rows == 0:
        raise TrainingError("The table has a header and no rows.")
    columns = [
        RawColumn("" if name.startswith(_INDEX) else " ".join(name.split()), place, table.column(place - 1))
        for place, name in enumerate(table.column_names, start=1)
    ]
    return RawTable(columns, table.num_rows)
