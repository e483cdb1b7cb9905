"""Run the one-machine service, measure it over HTTP, print a table.

Everything is measured on real parts: embedded PostgreSQL and Valkey, the llama.cpp server with real weights,
held-out NHANES participants. Medians of many requests; the machine is named beside them.
"""

import argparse
import os
import platform
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from app import __version__
from app.settings import ROOT
from bench.gateway import Measured, measure_gateway


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--people", type=int, default=60, help="held-out people asked about, each measure")
    parser.add_argument("--llm-people", type=int, default=15, help="of them, asked with the language model")
    chosen = parser.parse_args()
    console = Console(highlight=False, width=110)
    with tempfile.TemporaryDirectory(prefix="turnpoint-bench-") as scratch:
        measures = measure_gateway(Path(scratch), chosen.people, chosen.llm_people, console)
    console.print(_table(measures))
    console.print(_circumstances())


def _table(measures: list[Measured]) -> Table:
    table = Table("measure", "median", "p95", "promised", "kept", title="Turnpoint on this machine")
    for measure in measures:
        p95 = "" if measure.p95 is None else f"{measure.p95:.1f}"
        kept = "yes" if measure.median <= measure.promised else "NO"
        most = f"≤ {measure.promised:g} {measure.unit}"
        table.add_row(measure.name, f"{measure.median:.1f} {measure.unit}", p95, most, kept)
    return table


def _circumstances() -> str:
    commit = subprocess.run(
        ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "?"
    return (
        f"Turnpoint {__version__} at {commit.stdout.strip() or 'no commit'}, {datetime.now(UTC):%Y-%m-%d}, "
        f"Python {platform.python_version()}, {_processor()}, {os.cpu_count()} cores, load {load}"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


if __name__ == "__main__":
    main()
