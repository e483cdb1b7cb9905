"""Prometheus' own tool reads the alarms and plays them through, where it is installed."""

import shutil
import subprocess

import pytest

from app.paths import ROOT

PROMTOOL = shutil.which("promtool")


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed")
@pytest.mark.parametrize(
    "words",
    [["check", "rules", "deploy/prometheus/alerts.yaml"], ["test", "rules", "tests/packaging/alerts.yaml"]],
)
def test_alarms_sound_when_they_should_and_not_when_all_is_well(words: list[str]) -> None:
    done = subprocess.run([PROMTOOL or "", *words], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
