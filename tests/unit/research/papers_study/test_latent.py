"""The plane is of training rows, turning it changes no distance, and no cell is of few people."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from research.papers_study.latent import Cloud, Plane, plane_of
from research.papers_study.latent_plot import FEWEST, cells

ROWS = np.random.default_rng(0).normal(0, [3, 2, 1, 0], (80, 4))
EDGES = np.linspace(-4, 4, 9)


def coordinates(plane: Plane, rows: np.ndarray) -> np.ndarray:
    return np.asarray(((rows - plane.centre) * plane.weight) @ plane.axes)


def test_explained_is_the_share_of_two_components() -> None:
    plane = plane_of(ROWS, ROWS.std(axis=0))
    points = coordinates(plane, ROWS)
    standardised = (ROWS[:, :3] - ROWS[:, :3].mean(axis=0)) / ROWS[:, :3].std(axis=0)
    assert plane.explained == pytest.approx((points**2).sum() / (standardised**2).sum())
    assert 2 / 3 - 1e-9 <= plane.explained < 1


def test_turned_planes_lie_alike_and_keep_distances() -> None:
    plane = plane_of(ROWS, ROWS.std(axis=0))
    mirrored = Plane(plane.centre, plane.weight, plane.axes[:, ::-1] * [1, -1], plane.explained)
    np.testing.assert_allclose(coordinates(mirrored.turned_onto(plane), ROWS), coordinates(plane, ROWS))
    other = plane_of(ROWS[::2], ROWS[::2].std(axis=0))
    before, after = coordinates(other, ROWS), coordinates(other.turned_onto(plane), ROWS)
    np.testing.assert_allclose(np.linalg.norm(before, axis=1), np.linalg.norm(after, axis=1))


@given(
    points=arrays(np.float64, (30, 2), elements=st.floats(-5, 5)),
    persons=arrays(np.int64, 30, elements=st.integers(0, 9)),
)
def test_a_cell_that_is_drawn_is_of_enough_people(points: np.ndarray, persons: np.ndarray) -> None:
    counts = cells(Cloud(points, persons), EDGES)
    assert counts.sum() <= len(points)
    assert ((counts == 0) | (counts >= FEWEST)).all()
    alone = cells(Cloud(points, np.zeros(30, dtype=np.int64)), EDGES)
    assert alone.sum() == 0
