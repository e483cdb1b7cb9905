"""The figures as tables: for the terminal by rich, for the documentation as Markdown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table

from research.evaluation.metrics.figures import Figures


@dataclass(frozen=True, slots=True)
class Column:
    """A figure's key, what stands above it, how many decimals are shown, and whether its interval is."""

    key: str
    head: str
    decimals: int = 0
    interval: bool = False


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One table: a title, a caption that says what is counted over whom, and its columns."""

    title: str
    caption: str
    columns: Sequence[Column]
    first: str = "method"


def terminal(spec: TableSpec, rows: Mapping[str, Figures]) -> Table:
    """The table for a terminal."""
    table = Table(title=spec.title, caption=spec.caption, caption_justify="left", padding=(0, 0))
    table.add_column(spec.first)
    for column in spec.columns:
        table.add_column(column.head, justify="right", overflow="fold")
    for name, figures in rows.items():
        table.add_row(name, *(_text(figures, column) for column in spec.columns))
    return table


def markdown(spec: TableSpec, rows: Mapping[str, Figures]) -> str:
    """The same table as Markdown, its caption below it."""
    heads = [spec.first, *(column.head for column in spec.columns)]
    lines = [f"| {' | '.join(heads)} |", f"|---{'|---:' * len(spec.columns)}|"]
    for name, figures in rows.items():
        cells = [name, *(_text(figures, column) for column in spec.columns)]
        lines.append(f"| {' | '.join(cells)} |")
    return f"#### {spec.title}\n\n" + "\n".join(lines) + f"\n\n{spec.caption}\n"


def as_json(tables: Iterable[tuple[TableSpec, Mapping[str, Figures]]]) -> dict[str, Any]:
    """All figures by table, row and key, each with its interval."""
    return {
        spec.title: {
            name: {key: one and asdict(one) for key, one in row.items()} for name, row in rows.items()
        }
        for spec, rows in tables
    }


def _text(figures: Figures, column: Column) -> str:
    figure = figures.get(column.key)
    if figure is None:
        return "-"
    value = f"{figure.value:.{column.decimals}f}"
    if not column.interval or figure.low is None or figure.high is None:
        return value
    return f"{value} ({figure.low:.{column.decimals}f} to {figure.high:.{column.decimals}f})"
