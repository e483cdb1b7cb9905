"""Rows out of bytes that arrive in pieces, and files that appear when they are whole."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnpoint import Row, UnexpectedAnswerError
from turnpoint.transfer import DownloadFile, RowReader

WORDS = st.text(st.characters(codec="utf-8"), max_size=5) | st.just("a\u2028b\x85c")  # lines end at \n alone
ROWS = st.lists(st.fixed_dictionaries({"word": WORDS, "source_row": st.integers(0), "rank": st.integers(1)}))


@given(rows=ROWS, size=st.integers(1, 40), ends=st.booleans())
def test_rows_are_the_same_however_they_are_cut(rows: list[Row], size: int, ends: bool) -> None:
    data = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode() + b"\n" * ends
    reader = RowReader()
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    assert [row for piece in pieces for row in reader.feed(piece)] + list(reader.end()) == rows
    assert reader.last == (f"{rows[-1]['source_row']}.{rows[-1]['rank']}" if rows else None)


def test_a_transfer_that_broke_goes_on_behind_the_last_whole_row() -> None:
    reader = RowReader()
    assert len(list(reader.feed(b'{"source_row": 4, "rank": 2}\n{"source_row": 5, "ra'))) == 1
    assert reader.last == "4.2"
    reader.restart()
    assert [row["rank"] for row in reader.feed(b'{"source_row": 5, "rank": 1}\n')] == [1]


@pytest.mark.parametrize("line", [b"[1]", b"no", b"{}", b'{"source_row": 1}', b"\xff"])
def test_what_is_no_row_is_refused_without_its_content(line: bytes) -> None:
    with pytest.raises(UnexpectedAnswerError, match="not a row"):
        list(RowReader().feed(line + b"\n"))


def test_a_file_appears_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("old")
    with DownloadFile(path) as file:
        file.write(b"new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    with pytest.raises(ZeroDivisionError), DownloadFile(path) as file:
        file.write(b"%d" % (1 // file.tell()))
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]
