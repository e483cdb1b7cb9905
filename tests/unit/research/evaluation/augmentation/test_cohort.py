"""Labels are taken away from the classes that shall be scarce, half of each, and from nobody else."""

from itertools import combinations

import numpy as np
import pytest

from research.evaluation.augmentation.cohort import Cohort, Scarcity, load_cohort, make_scarce

PEOPLE = 120


@pytest.fixture(scope="module")
def cohort() -> Cohort:
    return load_cohort("heart-disease")


@pytest.mark.parametrize("scarcity", list(Scarcity))
def test_half_the_labels_of_a_scarce_class_are_lost(cohort: Cohort, scarcity: Scarcity) -> None:
    scarce = make_scarce(cohort, scarcity, seed=1, people=PEOPLE)
    outcome = cohort.training.outcome
    assert sorted([*scarce.labelled, *scarce.unlabelled]) == sorted(scarce.whole)
    assert len(set(scarce.whole)) == PEOPLE
    for label in (False, True):
        had, left = (int((outcome[who] == label).sum()) for who in (scarce.whole, scarce.labelled))
        lost = had // 2 if label in scarcity.labels else 0
        assert had - left == scarce.lost.get(label, 0) == lost


def test_a_seed_draws_the_same_people_for_every_scarcity(cohort: Cohort) -> None:
    draws = [make_scarce(cohort, scarcity, seed=3, people=PEOPLE).whole for scarcity in Scarcity]
    assert all(np.array_equal(one, other) for one, other in combinations(draws, 2))
    assert not np.array_equal(draws[0], make_scarce(cohort, Scarcity.LOW, seed=4, people=PEOPLE).whole)
