"""A table as its file has it: columns of words or of numbers, before anything is made of them."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from app.domain.schema import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Words:
    """A column of text. Cell i is `words[codes[i]]`, on one line; a code of -1 is an empty cell."""

    codes: IntArray
    words: Sequence[str]

    def counts(self) -> IntArray:
        """In how many cells each word is, shape (words,)."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.words)).astype(np.int64)

    def first_row(self, among: Collection[int]) -> int:
        """The number of the first row that holds one of these words, by their places in `words`."""
        return int(np.argmax(np.isin(self.codes, list(among)))) + 1


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column of numbers, NaN where the cell is empty."""

    values: FloatArray


@dataclass(frozen=True, slots=True)
class Unread:
    """A column of a type that no feature is made of, with what it holds."""

    what: str


Cells = Words | Numbers | Unread
_CONTROLS = dict.fromkeys((*range(32), 127), " ")
"""Signs that nobody sees, such as ends of lines."""


@dataclass(frozen=True, slots=True)
class RawColumn:
    """A column of the file: its name in the header, without spaces around, and its cells in Arrow's types."""

    name: str
    place: int
    """Which column of the file it is, from 1."""
    data: pa.ChunkedArray

    def read(self) -> Cells:
        """The cells; not kept, as the words of all columns at once take more memory than the file."""
        return _cells(self.data)


@dataclass(slots=True)
class RawTable:
    """What a file holds. Rows are numbered from 1, the first below the header."""

    columns: list[RawColumn]
    rows: int
    delimiter: str | None = None
    """Of a text file."""
    notes: list[str] = field(default_factory=list)


def _cells(data: pa.ChunkedArray) -> Cells:
    kind = data.type.value_type if pa.types.is_dictionary(data.type) else data.type
    if pa.types.is_dictionary(data.type):
        data = data.cast(kind)
    if pa.types.is_null(kind):
        return Words(np.full(len(data), -1, dtype=np.int64), [])
    if pa.types.is_boolean(kind):
        return _words(data.cast(pa.string()))
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return _words(data.cast(pa.large_string()))
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return Numbers(np.asarray(data.cast(pa.float64(), safe=False).to_numpy(), dtype=np.float64))
    if pa.types.is_temporal(kind):
        return Unread("dates or times")
    return Unread(f"values of the type {kind}")


def _words(data: pa.ChunkedArray) -> Words:
    """Encoded by words, each on one line and stripped: those that are then the same are one."""
    encoded = data.combine_chunks().dictionary_encode()
    raw = [" ".join(word.translate(_CONTROLS).split()) for word in encoded.dictionary.to_pylist()]
    places: dict[str, int] = {}
    place_of = [places.setdefault(word, len(places)) if word else -1 for word in raw]
    codes = np.asarray(encoded.indices.fill_null(len(raw)), dtype=np.int64)
    return Words(np.array([*place_of, -1], dtype=np.int64)[codes], list(places))


def words_of(texts: Sequence[str | None]) -> Words:
    """A column of these texts."""
    return _words(pa.chunked_array([pa.array(texts, pa.large_string())]))


def texts_of(cells: Cells) -> list[str | None]:
    """Every cell as text, None where it is empty; a whole number has no decimals."""
    if isinstance(cells, Words):
        return [None if code < 0 else cells.words[code] for code in cells.codes.tolist()]
    if isinstance(cells, Numbers):
        return [number_text(value) for value in cells.values.tolist()]
    raise TypeError(cells.what)


def number_text(value: float) -> str | None:
    """A number as people write it; None for NaN."""
    if math.isnan(value):
        return None
    return str(int(value)) if math.isfinite(value) and value == int(value) else repr(value)
