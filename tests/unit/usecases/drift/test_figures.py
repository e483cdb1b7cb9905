"""Gauges of drift: a series for each figure that there can be, and none for others."""

import math
from datetime import date

import numpy as np
import pytest

from app.domain.drift import LEAST
from app.engine.registry import ModelRegistry
from app.metrics import DRIFT_OUT_OF_RANGE
from app.usecases.drift.binning import binnings_of
from app.usecases.drift.figures import tell
from app.usecases.drift.report import report_of

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize("people", [LEAST - 1, LEAST])
def test_only_what_has_a_range_has_a_share_outside_of_it(registry: ModelRegistry, people: int) -> None:
    served = registry.named("heart-disease@1")
    schema, binning = served.model.schema, binnings_of(registry)[served.model.digest]
    rows = np.resize(served.model.population.rows, (people, len(schema.columns)))
    asked = binning.counts(rows, served.model.classifier.risk(rows))
    tell(binning, report_of(binning, asked, TODAY, TODAY))
    [metric] = DRIFT_OUT_OF_RANGE.collect()
    told = {
        sample.labels["feature"]: sample.value
        for sample in metric.samples
        if (sample.labels["model"], sample.labels["version"]) == ("heart-disease", "1")
    }
    assert set(told) == {feature.name for feature in schema.features if feature.is_numeric}
    assert all(math.isnan(share) for share in told.values()) == (people < LEAST)
