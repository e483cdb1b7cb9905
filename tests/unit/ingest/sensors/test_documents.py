"""The document has every feature, clinical variable and reason, as the code has them."""

import re

from app.ingest.sensors.feature_tables import DOCUMENT, rewritten
from app.ingest.sensors.features.table import DEFINITIONS, OF_DAYS
from app.ingest.sensors.losses import SENTENCES, Reason

TEXT = DOCUMENT.read_text(encoding="utf-8")


def test_the_tables_are_those_of_the_code() -> None:
    assert rewritten(TEXT) == TEXT, "run: python -m app.ingest.sensors.feature_tables"


def test_every_feature_and_reason_is_told() -> None:
    told = set(re.findall(r"^\| `(\w+)` \|", TEXT, re.MULTILINE))
    assert {one.name for one in DEFINITIONS} <= told
    assert set(Reason) <= told
    assert set(SENTENCES) == set(Reason)


def test_definitions_are_whole() -> None:
    for one in DEFINITIONS:
        assert one.meaning.endswith("."), one.name
        assert one.low < one.high
        assert one.window
        assert one.minimal
    assert len(OF_DAYS) == len(set(OF_DAYS))
