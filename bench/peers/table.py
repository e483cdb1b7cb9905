"""The figures as tables: for the terminal by rich, for the documentation as Markdown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.table import Table

from bench.peers.measure import Figures


@dataclass(frozen=True, slots=True)
class Column:
    """A figure's key, what stands above it, and how many decimals are shown."""

    key: str
    head: str
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: a title, a caption that says what is counted over whom, and its columns."""

    title: str
    caption: str
    columns: Sequence[Column]
    first: str = "method"


RIGHT = Sheet(
    "Is the first answer right?",
    "Percentages. Answered, valid, strict and doable are of all asked (a time-out or crash counts as no), "
    "'of those with a solution' leaves out people for whom no method found a doable answer; the others "
    "are of the answers returned. Strict: valid, fixed features kept, in the observed range, on the "
    "measurement grid, relations kept, as near to real people of the low class as 95 % of them are. "
    "Doable: strict, weight and waist follow BMI, and every move is in the schema's direction, limit and "
    "largest change.",
    (
        Column("answered", "answered"),
        Column("valid", "valid"),
        Column("fixed_kept", "fixed kept"),
        Column("in_range", "in range"),
        Column("on_grid", "on grid"),
        Column("relations_kept", "relations"),
        Column("typical", "near"),
        Column("strict", "strict"),
        Column("strict_grid_aside", "strict, grid aside"),
        Column("strict_solvable", "strict, of those with a solution"),
        Column("links_kept", "links"),
        Column("actionable", "actionable"),
        Column("doable", "doable"),
        Column("doable_solvable", "doable, of those with a solution"),
    ),
)
HOLDING = Sheet(
    "What does it ask, and does it hold?",
    "Over valid answers: features changed (mean; followers of a link aside), effort in the schema's unit "
    "and L1/sd (medians), trivial: nothing moved by 0.1 sd (%), survival (mean %) of 20 new bootstrap "
    "refits, of 64 new draws of measurement noise, and of the shipped committee. / Turnpoint's: ratio of "
    "median efforts over the people both answered. Holds: at least 85 % of new refits and of new noise; "
    "the last three columns are of all asked, and of those with a solution.",
    (
        Column("changes", "changes", 1),
        Column("effort", "effort", 2),
        Column("effort_ratio", "/ Turnpoint's", 2),
        Column("distance", "L1/sd", 2),
        Column("trivial", "trivial"),
        Column("refits", "refits"),
        Column("noise", "noise"),
        Column("committee", "committee"),
        Column("holds", "holds"),
        Column("strict_holds", "strict and holds"),
        Column("doable_holds", "doable and holds"),
        Column("doable_holds_solvable", "same, of those with a solution"),
    ),
)
WHERE_IT_HOLDS = Sheet(
    "The same, of people for whom a robust way exists",
    "People for whom Turnpoint's exact search found an option that holds in at least 90 % of the shipped "
    "committee, of its draws of noise and of partial adherence; for the others it proved that there is none.",
    HOLDING.columns,
)
SPEED = Sheet(
    "How long does it take?",
    "One core, one thread, everything loaded and warmed up. CPU time of the whole process and wall-clock "
    "time for one person, over all asked; answered: median CPU time of those who got an answer. / "
    "Turnpoint's: ratio of median CPU times over the people both answered. How asking ended, in people; "
    "proved: the method says that its answer is the best by its own measure, or that there is none.",
    (
        Column("cpu_ms", "CPU ms, median", 1),
        Column("cpu_ms_p95", "p95", 1),
        Column("cpu_ms_answered", "CPU ms, answered", 1),
        Column("cpu_ratio", "/ Turnpoint's", 2),
        Column("wall_ms", "wall ms, median", 1),
        Column("wall_ms_p95", "p95", 1),
        Column("found", "answered"),
        Column("none", "said none"),
        Column("crashed", "crashed"),
        Column("killed", "killed"),
        Column("proved", "proved"),
    ),
)
SEVERAL = Sheet(
    "Several answers",
    "Answers for each person asked (mean), shares of the answers returned (%), and between two answers of "
    "one person: L1/sd apart, and Jaccard distance of the features changed (0 the same ones, 1 none in "
    "common).",
    (
        Column("got", "answers", 2),
        Column("strict", "strict"),
        Column("doable", "doable"),
        Column("holds", "holds"),
        Column("pairwise_distance", "L1/sd apart", 2),
        Column("jaccard", "Jaccard", 2),
    ),
)
REAL = Sheet(
    "Real people before the same judges",
    "Held-out people with no missing value, nothing changed: survival (mean %) of a low prediction, and "
    "how many are as near to others as 95 % of the low class are.",
    (
        Column("people", "people"),
        Column("typical", "near"),
        Column("refits", "refits"),
        Column("noise", "noise"),
        Column("committee", "committee"),
    ),
    first="held-out people",
)


def terminal(sheet: Sheet, rows: Mapping[str, Figures]) -> Table:
    """The table for a terminal."""
    table = Table(title=sheet.title, caption=sheet.caption, caption_justify="left", padding=(0, 0))
    table.add_column(sheet.first)
    for column in sheet.columns:
        table.add_column(column.head, justify="right", overflow="fold")
    for name, figures in rows.items():
        table.add_row(name, *(_text(figures, column) for column in sheet.columns))
    return table


def markdown(sheet: Sheet, rows: Mapping[str, Figures]) -> str:
    """The same table as Markdown, its caption below it."""
    heads = [sheet.first, *(column.head for column in sheet.columns)]
    lines = [f"| {' | '.join(heads)} |", f"|---{'|---:' * len(sheet.columns)}|"]
    for name, figures in rows.items():
        cells = [name, *(_text(figures, column) for column in sheet.columns)]
        lines.append(f"| {' | '.join(cells)} |")
    return f"### {sheet.title}\n\n" + "\n".join(lines) + f"\n\n{sheet.caption}\n"


def _text(figures: Figures, column: Column) -> str:
    value = figures.get(column.key)
    return "-" if value is None else f"{value:.{column.decimals}f}"
