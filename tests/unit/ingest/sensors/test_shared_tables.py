"""LifeSnaps' real days, where they lie beside the checkout; nothing of them is kept."""

import hashlib
import os
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from app.ingest.sensors.run import Order, run
from app.ingest.sensors.sources.lifesnaps import SHA256, lifesnaps
from app.paths import ROOT

FOLDER = Path(os.environ.get("TURNPOINT_SENSOR_DATA", ROOT.parent / "shared" / "data" / "sensors"))
TABLE = FOLDER / "lifesnaps_daily.csv"
pytestmark = pytest.mark.skipif(
    not TABLE.is_file(), reason=f"{TABLE} is not there; TURNPOINT_SENSOR_DATA names its folder"
)


def test_days_and_people_are_those_that_are_known_of_it(tmp_path: Path) -> None:
    assert hashlib.sha256(TABLE.read_bytes()).hexdigest() == SHA256
    outputs, report = run(Order(lifesnaps(FOLDER), tmp_path / "people.parquet"), lambda words, fraction: None)
    assert report["people"] == {"found": 71, "told": 71}
    days = pq.read_table(outputs.days)
    stress = [
        (person, score)
        for person, score in zip(
            *(days.column(name).to_pylist() for name in ("person_id", "stress_score")), strict=True
        )
        if score is not None
    ]
    assert (len(stress), len({person for person, _ in stress})) == (1580, 37)
    assert report["dropped_by_reason"]["fills_the_day"]["count"] > 1000
    sedentary = [one for one in days.column("sedentary_minutes").to_pylist() if one is not None]
    assert max(sedentary) < 1439
    assert min(one for one in days.column("sleep_in_bed_minutes").to_pylist() if one is not None) >= 60
