"""What is usual for a value given the others: the laws of the normal distribution."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.schema import FloatArray
from app.engine.conditional import Conditional
from app.engine.copula import Margin

SEEDS = st.integers(0, 2**32 - 1)
FEATURES = 5
UNSCALED = Margin(np.array([-1e3, 1e3]), np.array([-1e3, 1e3]))
"""A feature whose values are their own normal scores."""


def conditional(seed: int) -> Conditional:
    loadings = np.random.default_rng(seed).normal(size=(FEATURES, FEATURES + 2))
    covariance = loadings @ loadings.T
    scale = np.sqrt(np.diag(covariance))
    return Conditional(np.arange(FEATURES), (UNSCALED,) * FEATURES, covariance / np.outer(scale, scale))


@given(seed=SEEDS, unknown=st.sets(st.integers(0, FEATURES - 1), max_size=FEATURES))
@settings(deadline=None)  # what scores are made with is compiled in the first
def test_it_is_the_regression_on_the_other_known_values(seed: int, unknown: set[int]) -> None:
    copula, z = conditional(seed), np.random.default_rng(seed).normal(size=FEATURES)
    z[list(unknown)] = np.nan
    expected = copula.expected(z[None])
    for index in range(FEATURES):
        if index in unknown:
            for figures in (expected.means, expected.spreads, expected.off):
                assert np.isnan(figures[0, index])
            continue
        others = [other for other in range(FEATURES) if other != index and other not in unknown]
        mean, variance = regression(copula.correlation, z, index, others)
        assert expected.means[0, index] == pytest.approx(mean, abs=1e-6)
        assert expected.spreads[0, index] ** 2 == pytest.approx(variance, rel=1e-6)


def regression(r: FloatArray, z: FloatArray, index: int, others: list[int]) -> tuple[float, float]:
    weights = np.linalg.solve(r[np.ix_(others, others)], r[others, index])
    return float(weights @ z[others]), float(1 - weights @ r[others, index])


def test_people_of_the_copula_are_off_as_normal_scores_are() -> None:
    copula = conditional(1)
    rng = np.random.default_rng(2)
    people = rng.multivariate_normal(np.zeros(FEATURES), copula.correlation, size=4000)
    people[rng.random(people.shape) < 0.3] = np.nan
    off = copula.expected(people).off
    assert np.nanmean(off) == pytest.approx(0, abs=0.02)
    assert np.nanstd(off) == pytest.approx(1, abs=0.02)
