"""The tables of `make bench ARGS=certainty` have a figure for each of their columns."""

from dataclasses import replace

import numpy as np

from app.engine.registry import ServedModel
from bench.certainty import TABLES, false_comfort
from research.evaluation.metrics.certainty import held_out_certainty


def test_every_column_has_its_figure(served: ServedModel) -> None:
    people = held_out_certainty(served.model, served.model.committee)
    for spec, of in TABLES:
        rows = of(people)
        assert rows
        for figures in rows.values():
            assert set(figures) == {column.key for column in spec.columns}


def test_a_low_estimate_beside_a_band_across_the_threshold_is_counted(heart: ServedModel) -> None:
    people = held_out_certainty(heart.model, heart.model.committee)
    few = replace(
        people,
        risk=np.array([0.1, 0.4, 0.4, 0.8]),
        bands=np.array([[0.05, 0.2], [0.3, 0.51], [0.6, 0.7], [0.4, 0.9]]),
    )
    (line,) = false_comfort({"heart-disease": few})
    assert line.startswith("heart-disease: 50.0 % of 4 held-out people")
    assert "0 of them are called clear_low" in line
