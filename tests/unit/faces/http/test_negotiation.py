"""What an Accept header prefers, for pages and for rows."""

import pytest

from app.faces.api.job_rows import format_for
from app.faces.http.negotiation import weights_of


@pytest.mark.parametrize(
    ("accept", "ending"),
    [
        ("", "ndjson"),
        ("*/*", "ndjson"),
        ("text/csv", "csv"),
        ("TEXT/CSV ; q=0.9", "csv"),
        ("text/csv;q=0.2, application/vnd.apache.parquet", "parquet"),
        ("text/csv, application/vnd.apache.parquet", "csv"),
        ("text/csv;q=0, */*;q=0.1", "ndjson"),
        ("text/html,*/*;q=0.8", "ndjson"),
        ("image/png", None),
        ("text/csv;q=0", None),
    ],
)
def test_the_format_that_is_preferred_is_taken(accept: str, ending: str | None) -> None:
    found = format_for(accept)
    assert (found.ending if found else None) == ending


def test_a_weight_that_cannot_be_read_counts_as_none() -> None:
    assert weights_of("text/html;q=oops, a/b;v=1;q=0.5,, c/d") == {"text/html": 0.0, "a/b": 0.5, "c/d": 1.0}
