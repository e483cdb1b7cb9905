"""Each setting has one row in docs/configuration.md."""

import re
from collections import Counter

from app.paths import ROOT
from app.settings import Settings

ROWS = re.findall(r"^\| (`[^|]*`) \|", (ROOT / "docs" / "configuration.md").read_text(), re.MULTILINE)
TOLD = Counter(name for row in ROWS for name in re.findall(r"`(\w+)`", row))


def test_every_setting_is_told_once() -> None:
    assert {name for name, times in TOLD.items() if times > 1} == set()
    assert {name.upper() for name in Settings.model_fields} - set(TOLD) == set()
