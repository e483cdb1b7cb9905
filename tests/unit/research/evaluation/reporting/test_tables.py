"""A table says the same figures in Markdown, in a terminal and as JSON."""

import pytest
from rich.console import Console

from research.evaluation.metrics.estimates import Estimate
from research.evaluation.metrics.figures import Figures
from research.evaluation.reporting.tables import Column, TableSpec, as_json, markdown, terminal

SPEC = TableSpec(
    "Speed",
    "Over all asked.",
    (Column("ms", "ms, median", decimals=1, interval=True), Column("killed", "killed")),
)
ROWS: dict[str, Figures] = {
    "ours": {"ms": Estimate(12.34, low=10.0, high=15.06), "killed": Estimate(0.0)},
    "theirs": {"ms": None},
}


def test_markdown_shows_decimals_intervals_and_what_is_missing() -> None:
    assert markdown(SPEC, ROWS) == (
        "#### Speed\n\n"
        "| method | ms, median | killed |\n"
        "|---|---:|---:|\n"
        "| ours | 12.3 (10.0 to 15.1) | 0 |\n"
        "| theirs | - | - |\n"
        "\nOver all asked.\n"
    )


@pytest.mark.parametrize("text", ["Speed", "Over all asked.", "12.3 (10.0 to 15.1)", "theirs"])
def test_the_terminal_shows_the_same(text: str) -> None:
    console = Console(width=100)
    with console.capture() as shown:
        console.print(terminal(SPEC, ROWS))
    assert text in shown.get()


def test_json_has_every_figure_by_title_row_and_key() -> None:
    figures = as_json([(SPEC, ROWS)])["Speed"]
    assert figures["ours"]["ms"] == {"value": 12.34, "low": 10.0, "high": 15.06}
    assert figures["theirs"]["ms"] is None
