"""The recipes on the real tables, where they lie beside the checkout; nothing of them is kept."""

import json
import os
from pathlib import Path

import pytest

from app.paths import ROOT
from research.sensor_models.recipes import RECIPES, make
from tests.own_tables import QUICK
from tests.unit.research.own_model.runs import silent
from tests.unit.research.sensor_models.suggestions import options_hold

FOLDER = Path(os.environ.get("TURNPOINT_SENSOR_DATA", ROOT.parent / "shared" / "data" / "sensors"))
FILES = {"lifesnaps-stress": "lifesnaps_daily.csv", "activity-health": "nhanes_2011_2014_steps_adults.csv"}


@pytest.mark.parametrize(("name", "rows"), [("lifesnaps-stress", 1580), ("activity-health", 8239)])
def test_risks_tell_and_options_hold(tmp_path: Path, name: str, rows: int) -> None:
    origin = FOLDER / FILES[name]
    if not origin.is_file():
        pytest.skip(f"{origin} is not there; TURNPOINT_SENSOR_DATA names its folder")
    done, _ = make(RECIPES[name], origin, tmp_path, silent, size=QUICK)
    metrics = json.loads((done.home / "metrics.json").read_text())
    assert metrics["held_out"]["n"] + metrics["cross_validation"]["n"] == rows
    assert metrics["cross_validation"]["mean"] > 0.6
    assert options_hold(done.home.parent, people=8) > 0
