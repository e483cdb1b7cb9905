"""How large a table may be, and how small."""

from dataclasses import dataclass

from research.training.errors import TrainingError


@dataclass(frozen=True, slots=True)
class Limits:
    """What a table may hold. All of it is read into memory: about 100 bytes for each cell at the peak."""

    rows: int = 200_000
    columns: int = 500
    cells: int = 12_000_000
    """Rows times columns."""
    bytes: int = 512 * 2**20
    """Size of the file."""
    fewest: int = 50
    """Rows that tell the outcome: a quarter of the people is held out, and the rest is cross-validated."""
    fewest_of_each: int = 15
    """Of those with the outcome, and of those without it."""


LIMITS = Limits()


def check_bytes(size: int, limits: Limits) -> None:
    """Refuse a file that is too large to be read, before it is."""
    if size > limits.bytes:
        raise TrainingError(
            f"The file has {_megabytes(size)}, and at most {_megabytes(limits.bytes)} are read. "
            "Leave out columns that the model does not need, or take a random sample of people."
        )


def check_size(rows: int, columns: int, limits: Limits) -> None:
    """Refuse a table of too many rows or columns; what is told is all that the file holds.

    Raises:
        TrainingError: with the size, the limit, and what to do.
    """
    if columns > limits.columns:
        raise TrainingError(
            f"The table has {columns:,} columns, and at most {limits.columns:,} are read. "
            "Leave out those that the model does not need."
        )
    if rows > limits.rows:
        raise TrainingError(
            f"The table has {rows:,} rows, and at most {limits.rows:,} are read. "
            "Take a random sample of people: a model of this kind learns little more from more."
        )
    if rows * columns > limits.cells:
        raise TrainingError(
            f"The table has {rows:,} rows and {columns:,} columns, {rows * columns:,} cells, and at most "
            f"{limits.cells:,} are read. Leave out columns, or take a random sample of people."
        )


def _megabytes(size: int) -> str:
    return f"{size / 2**20:,.0f} MB" if size >= 2**20 else f"{size:,} bytes"
