"""Likeness, worked out beforehand for one patient, is what plausibility says of any row."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.counterfactual import TYPICAL_PERCENTILE
from app.engine.hosting import Hosted
from app.engine.likeness import Likeness, Standard
from tests.asking import Person, question_about


@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_candidates_are_judged_as_rows_are(
    data: st.DataObject, hosted: Hosted, held_out: list[Person]
) -> None:
    question = question_about(hosted.model, data.draw(st.sampled_from(held_out)))
    levers, crowd, density = question.levers, hosted.yardsticks.crowd, hosted.yardsticks.density
    likeness = Likeness(levers, crowd, density)
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    levels = rng.integers(0, [lever.top + 1 for lever in levers], size=(6, len(levers)))
    rows = levers.rows(levels)
    distances = likeness.distances(levels)
    np.testing.assert_allclose(distances, crowd.distances(rows), rtol=1e-9)
    near = crowd.percentiles(distances) <= TYPICAL_PERCENTILE
    usual = density.percentiles(rows) <= TYPICAL_PERCENTILE
    expected = np.where(near & usual, Standard.TYPICAL, np.where(near, Standard.NEAR, Standard.ANY))
    np.testing.assert_array_equal(likeness.standards(levels, distances), expected)
