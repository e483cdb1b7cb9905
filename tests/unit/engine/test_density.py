"""The joint density: its laws, and that it tells odd combinations from real people."""

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from app.classifiers.model_version import ModelVersion
from app.domain.counterfactual import TYPICAL_PERCENTILE
from app.domain.schema import FeatureSchema, FloatArray
from app.engine.copula import Margin, correlation_of
from app.engine.density import JointDensity, density_of
from app.engine.registry import ServedModel
from tests.asking import Person

SEEDS = st.integers(0, 2**32 - 1)
UNSCALED = Margin(np.array([-1e3, 1e3]), np.array([-1e3, 1e3]))
"""A feature whose values are their own normal scores."""


def copula(seed: int, features: int = 6) -> JointDensity:
    """A copula of unscaled features with correlations of all sizes."""
    loadings = np.random.default_rng(seed).normal(size=(features, features + 2))
    covariance = loadings @ loadings.T
    scale = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(scale, scale)
    return JointDensity(np.arange(features), (UNSCALED,) * features, correlation, self_excess=np.zeros(1))


@pytest.fixture(scope="module")
def density(served: ServedModel) -> JointDensity:
    return served.references.density


@pytest.fixture(scope="module")
def population(model: ModelVersion) -> FloatArray:
    """The people whom the density was made of."""
    return model.population.rows[~model.population.outcome]


@pytest.fixture(scope="module")
def strangers(model: ModelVersion, held_out: list[Person]) -> FloatArray:
    """Real people of the target class whom training never saw."""
    outcome = pq.read_table(model.folder / "held_out.parquet")["outcome"].to_pylist()
    return np.stack([model.schema.encode(p) for p, had in zip(held_out, outcome, strict=True) if not had])


def with_values(schema: FeatureSchema, rows: FloatArray, values: dict[str, float]) -> FloatArray:
    changed = rows.copy()
    for name, value in values.items():
        changed[:, schema.column_of[name]] = value
    return changed


def caught(density: JointDensity, rows: FloatArray) -> float:
    return float((density.percentiles(rows) > TYPICAL_PERCENTILE).mean())


@given(seed=SEEDS)
def test_it_is_the_copula_density_of_what_is_known(seed: int) -> None:
    """Beside SciPy's normal densities: joint over the product of the margins'."""
    made, rng = copula(seed), np.random.default_rng(seed)
    row = np.where(rng.random(6) < 0.3, np.nan, 2 * rng.normal(size=6))
    known = np.flatnonzero(~np.isnan(row))
    r, z = made.correlation[np.ix_(known, known)], row[known]
    if len(known) < 2:
        assert made.mahalanobis_excess(row[None, :])[0] == pytest.approx(0, abs=1e-6)
        return
    spread = np.sqrt(2 * ((r - np.eye(len(known))) ** 2).sum())
    log_copula = multivariate_normal(cov=r).logpdf(z) - multivariate_normal(cov=np.eye(len(z))).logpdf(z)
    expected = (-2 * log_copula - np.linalg.slogdet(r)[1]) / spread
    assert made.mahalanobis_excess(row[None, :])[0] == pytest.approx(expected, rel=1e-6, abs=1e-6)


@given(seed=SEEDS, unknown=st.sets(st.integers(0, 5), max_size=4))
@settings(max_examples=25, deadline=None)
def test_people_with_different_unknowns_are_comparable(seed: int, unknown: set[int]) -> None:
    made = copula(seed)
    rows = np.random.default_rng(seed).multivariate_normal(np.zeros(6), made.correlation, size=4000)
    rows[:, list(unknown)] = np.nan
    mahalanobis_excess = made.mahalanobis_excess(rows)
    assert mahalanobis_excess.mean() == pytest.approx(0, abs=0.1)
    assert mahalanobis_excess.std() == pytest.approx(1, abs=0.2)


@given(seed=SEEDS, unknown=st.sets(st.integers(0, 5), max_size=4))
def test_unknown_features_are_as_if_never_measured(seed: int, unknown: set[int]) -> None:
    made, left = copula(seed), sorted(set(range(6)) - unknown)
    rows = np.random.default_rng(seed).normal(size=(5, 6))
    fewer = JointDensity(
        np.array(left), (UNSCALED,) * len(left), made.correlation[np.ix_(left, left)], made.self_excess
    )
    rows[:, list(unknown)] = np.nan
    np.testing.assert_allclose(
        made.mahalanobis_excess(rows), fewer.mahalanobis_excess(rows), rtol=1e-9, atol=1e-12
    )


@given(seed=SEEDS, further=st.floats(1.01, 100))
def test_an_odd_combination_is_odder_further_out(seed: int, further: float) -> None:
    made = copula(seed)
    rows = np.random.default_rng(seed).normal(size=(5, 6))
    np.testing.assert_allclose(
        made.mahalanobis_excess(further * rows), further**2 * made.mahalanobis_excess(rows), rtol=1e-6
    )


@given(seed=SEEDS, index=st.integers(0, 5), away=st.lists(st.floats(0.1, 50), min_size=2, max_size=2))
def test_a_single_value_far_out_is_odd_either_way(seed: int, index: int, away: list[float]) -> None:
    """Among ordinary values, the further out the odder: it never saturates at the extreme rank."""
    made, near_and_far = copula(seed), np.sort(away)
    rows = np.zeros((4, 6))
    rows[:, index] = [*near_and_far, *-near_and_far]
    near, far, near_below, far_below = made.mahalanobis_excess(rows)
    assert 0 <= near <= far
    assert (near_below, far_below) == pytest.approx((near, far))


@given(seed=SEEDS, share=st.floats(0, 0.6), people=st.integers(3, 60))
def test_correlations_fit_together_whatever_is_missing(seed: int, share: float, people: int) -> None:
    rng = np.random.default_rng(seed)
    scores = np.where(rng.random((people, 8)) < share, np.nan, rng.normal(size=(people, 8)))
    scores[:, 7] = scores[:, 6]
    made = correlation_of(scores)
    np.testing.assert_allclose(made, made.T, atol=1e-12)  # a correlation of nothing is rounded either way
    np.testing.assert_allclose(np.diag(made), 1)
    assert np.linalg.eigvalsh(made).min() >= 0.01 - 1e-9


def test_correlations_are_the_usual_ones_where_people_are_many() -> None:
    made = copula(1)
    scores = np.random.default_rng(1).multivariate_normal(np.zeros(6), made.correlation, size=50_000)
    np.testing.assert_allclose(correlation_of(scores), made.correlation, atol=0.03)


@given(data=st.data())
@settings(max_examples=10, deadline=None)
def test_another_unit_or_scale_changes_nothing(
    data: st.DataObject, model: ModelVersion, density: JointDensity, population: FloatArray
) -> None:
    """Any strictly rising or falling function of a feature."""
    rescaled = population.copy()
    for column in data.draw(st.lists(st.sampled_from(density.columns.tolist()), min_size=1, unique=True)):
        factor = data.draw(st.sampled_from([-3.0, 0.01, 38.67]))
        power = data.draw(st.sampled_from([0.5, 1, 2]))
        rescaled[:, column] = 5 + factor * population[:, column] ** power
    other = density_of(model.schema, rescaled)
    np.testing.assert_allclose(
        other.mahalanobis_excess(rescaled), density.mahalanobis_excess(population), atol=1e-6
    )


@given(data=st.data())
@settings(max_examples=50, deadline=None)
def test_percentiles_are_percentiles(
    data: st.DataObject, density: JointDensity, population: FloatArray
) -> None:
    values = st.one_of(st.floats(-1e6, 1e6), st.just(float("nan")))
    row = data.draw(st.lists(values, min_size=population.shape[1], max_size=population.shape[1]))
    assert 0 <= density.percentiles(np.array([row]))[0] <= 100


def test_a_model_without_a_feature_agrees_with_not_knowing_it(
    model: ModelVersion, density: JointDensity, population: FloatArray, strangers: FloatArray
) -> None:
    """Only the weight of independence differs, which depends on all correlations."""
    lean = with_values(model.schema, population, {"sleep": np.nan, "fibre": np.nan})
    asked = with_values(model.schema, strangers, {"sleep": np.nan, "fibre": np.nan})
    fewer = density_of(model.schema, lean)
    assert len(fewer.columns) == len(density.columns) - 2
    np.testing.assert_allclose(fewer.mahalanobis_excess(asked), density.mahalanobis_excess(asked), atol=0.1)


def test_what_others_determine_is_not_counted_twice(
    model: ModelVersion, density: JointDensity, strangers: FloatArray
) -> None:
    assert model.schema.column_of["weight"] not in density.columns
    heavier = with_values(model.schema, strangers, {"weight": 240})
    np.testing.assert_array_equal(density.mahalanobis_excess(heavier), density.mahalanobis_excess(strangers))


def test_strangers_of_the_target_class_are_typical(density: JointDensity, strangers: FloatArray) -> None:
    assert len(strangers) > 700
    assert caught(density, strangers) == pytest.approx(0.05, abs=0.02)


@pytest.mark.parametrize(
    "odd",
    [
        {"bmi": 40, "waist": 80},
        {"bmi": 20, "waist": 115},
        {"energy": 4000, "carbohydrate": 60},
        {"energy": 1500, "saturated_fat": 70},
    ],
    ids=str,
)
def test_odd_combinations_of_usual_values_are_caught(
    model: ModelVersion,
    served: ServedModel,
    density: JointDensity,
    strangers: FloatArray,
    odd: dict[str, float],
) -> None:
    for name, value in odd.items():
        low, high = model.schema[name].observed or (0.0, 1.0)
        assert low < value < high
    rows = with_values(model.schema, strangers, odd)
    near = served.references.population
    assert caught(density, rows) > 0.95
    assert (near.percentiles(near.distances(rows)) > TYPICAL_PERCENTILE).mean() < 0.25


def test_usual_combinations_of_the_same_values_are_not(
    model: ModelVersion, density: JointDensity, strangers: FloatArray
) -> None:
    assert caught(density, with_values(model.schema, strangers, {"bmi": 40, "waist": 120})) < 0.1


def test_people_put_together_at_random_are_caught(density: JointDensity, strangers: FloatArray) -> None:
    """Each value is a real person's, but not all the same person's."""
    rng = np.random.default_rng(7)
    mixed = strangers.copy()
    for column in density.columns:
        mixed[:, column] = mixed[rng.permutation(len(mixed)), column]
    assert caught(density, mixed) > 0.9
