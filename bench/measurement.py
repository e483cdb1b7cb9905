"""One measure beside what was promised."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from rich.table import Table


@dataclass(frozen=True, slots=True)
class Measurement:
    """A measure; `promised` is the most it may be, or with `at_least` the least; None where nothing was."""

    name: str
    median: float
    p95: float | None = None
    unit: str = ""
    promised: float | None = None
    at_least: bool = False

    @property
    def kept(self) -> bool | None:
        """Whether the promise was kept, None without one."""
        if self.promised is None:
            return None
        return self.median >= self.promised if self.at_least else self.median <= self.promised


def summed(name: str, values: Sequence[float], unit: str, promised: float | None = None) -> Measurement:
    """Median and 95th percentile of a measure that was taken several times."""
    return Measurement(name, median(values), p95=quantiles(values, n=20)[-1], unit=unit, promised=promised)


def table_of(measures: Sequence[Measurement]) -> Table:
    """The measures as a table for the terminal."""
    table = Table("measure", "median", "p95", "promised", "kept", title="Turnpoint on this machine")
    for measure in measures:
        p95 = "" if measure.p95 is None else f"{measure.p95:.1f}"
        bound = "≥" if measure.at_least else "≤"
        promised = "" if measure.promised is None else f"{bound} {measure.promised:g} {measure.unit}"
        kept = {True: "yes", False: "NO", None: ""}[measure.kept]
        table.add_row(measure.name, f"{measure.median:.1f} {measure.unit}", p95, promised, kept)
    return table
