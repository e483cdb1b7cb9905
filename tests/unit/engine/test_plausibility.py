"""Plausibility against scikit-learn's own nearest neighbours, and what it says of real people."""

from typing import Any

import numpy as np
import pytest
from sklearn.metrics import pairwise_distances

from app.classifiers.model_version import ModelVersion
from app.engine.copula import _interpolate
from app.engine.plausibility import _neighbour_mean, plausibility
from app.engine.registry import ServedModel
from tests.asking import Person


def test_distances_agree_with_scikit_learn_where_values_are_missing(
    served: ServedModel, held_out: list[Person]
) -> None:
    population = served.references.population
    rows = np.stack([served.model.schema.encode(person) for person in held_out[:30]])
    assert np.isnan(rows).any()
    scaled = rows[:, population.columns] * population.weight
    # nan_euclidean multiplies by all features over shared ones; ours averages: a factor of sqrt(features).
    distances = pairwise_distances(scaled, population.people, metric="nan_euclidean") / np.sqrt(
        scaled.shape[1]
    )
    expected = np.sort(distances, axis=1)[:, :5].mean(axis=1)
    np.testing.assert_allclose(population.distances(rows), expected, rtol=1e-6)


def test_most_real_people_of_the_target_class_are_typical(served: ServedModel) -> None:
    population = served.references.population
    assert population.percentiles(population.self_distances).mean() == pytest.approx(50, abs=1)
    assert (np.diff(population.self_distances) >= 0).all()


def test_a_value_nobody_had_is_out_of_range(
    model: ModelVersion, served: ServedModel, helpable: Person
) -> None:
    factual = model.schema.encode(helpable)
    odd = factual.copy()
    odd[model.schema.column_of["fibre"]] = 140
    population, density = served.references.population, served.references.density
    usual, unusual = plausibility(model.schema, population, density, factual, np.stack([factual, odd]))
    assert usual.in_range
    assert not unusual.in_range
    assert unusual.percentile > usual.percentile


def test_one_row_and_several_are_given_to_compiled_functions_alike(
    served: ServedModel, held_out: list[Person]
) -> None:
    """A single row is of either layout to NumPy: unless all are copied into one, each is compiled for."""
    rows = np.stack([served.model.schema.encode(person) for person in held_out[:3]])
    for few in (rows[:1], rows):
        served.references.population.distances(few)
        served.references.density.percentiles(few)
    compiled: list[Any] = [_neighbour_mean, _interpolate]
    for function in compiled:
        layouts = {kind.layout for types in function.signatures for kind in types if hasattr(kind, "layout")}
        assert layouts == {"C"}
