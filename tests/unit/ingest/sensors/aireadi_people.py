"""Two invented people of AI-READI, and what is told of whoever a folder holds."""

from datetime import date
from pathlib import Path
from typing import Any

from app.ingest.sensors.losses import Losses
from app.ingest.sensors.measuring import Measured, measure
from app.ingest.sensors.sources.aireadi import AiReadi
from tests.sensors.invented_aireadi import (
    Invented,
)

CENTRAL = Invented("9001", "UAB", date(2024, 2, 14), 3)
PACIFIC = Invented("9002", "UCSD", date(2024, 3, 9), 3)
"""Three days, over the change to summer time on 10 March."""


def told_by(source: AiReadi) -> tuple[dict[str, Measured], Losses]:
    """Everybody's rows by id, and what was dropped."""
    losses, told = Losses(), {}
    for ref in source.people(losses):
        data = source.read(ref, losses)
        if data is not None:
            told[ref.person_id] = measure(data, losses)
    return told, losses


def one(root: Path, **options: Any) -> tuple[Measured, Losses]:
    told, losses = told_by(AiReadi(root, **options))
    [measured] = told.values()
    return measured, losses


def day_of(measured: Measured, day: date) -> dict[str, Any]:
    [row] = [row for row in measured.days if row["date"] == day.isoformat()]
    return row
