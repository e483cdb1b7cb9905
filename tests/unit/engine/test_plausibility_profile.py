"""Likeness, worked out beforehand for one patient, is what plausibility says of any row."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.counterfactual import TYPICAL_PERCENTILE
from app.engine.plausibility_profile import PlausibilityLevel, PlausibilityProfile
from app.engine.registry import ServedModel
from tests.asking import Person, problem_about


@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_candidates_are_judged_as_rows_are(
    data: st.DataObject, served: ServedModel, held_out: list[Person]
) -> None:
    problem = problem_about(served.model, data.draw(st.sampled_from(held_out)))
    levers, population, density = problem.levers, served.references.population, served.references.density
    profile = PlausibilityProfile(levers, population, density)
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    levels = rng.integers(0, [lever.top + 1 for lever in levers], size=(6, len(levers)))
    rows = levers.rows(levels)
    distances = profile.distances(levels)
    np.testing.assert_allclose(distances, population.distances(rows), rtol=1e-9)
    near = population.percentiles(distances) <= TYPICAL_PERCENTILE
    usual = density.percentiles(rows) <= TYPICAL_PERCENTILE
    expected = np.where(
        near & usual, PlausibilityLevel.TYPICAL, np.where(near, PlausibilityLevel.NEAR, PlausibilityLevel.ANY)
    )
    np.testing.assert_array_equal(profile.plausibility_levels(levels, distances), expected)
