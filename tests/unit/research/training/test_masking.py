"""Incomplete copies: what each lacks, what they weigh, and that people stay whole people."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pytest

from app.classifiers.training_procedure import Growth, Sample, fit, risk_of
from app.domain.feature import MissingPolicy
from app.domain.schema import FeatureSchema
from app.domain.training import RecordProfile, Training
from app.engine.registry import ServedModel
from research.training import committee, masking
from research.training.completeness import WHOLE, by_completeness, cross_validated_by_completeness
from research.training.folds import folds_of
from research.training.masking import fit_people, masked, with_masked_copies

PEOPLE = 400
EHR = RecordProfile(name="EHR", keeps=("sbp", "dbp"))
NO_DIET = RecordProfile(name="No diet", lacks=("energy", "fibre"))
SOME = RecordProfile(name="Some", loses=0.5)


def learning(schema: FeatureSchema, copies: int, *records: RecordProfile) -> FeatureSchema:
    training = Training.model_validate({"masked_copies": copies, "record": records})
    return schema.model_copy(update={"training": training})


@pytest.fixture(scope="module")
def people(served: ServedModel) -> Sample:
    population = served.model.population
    return Sample(population.rows[:PEOPLE], population.outcome[:PEOPLE])


def unknown_in(schema: FeatureSchema, rows: "np.typing.NDArray[np.float64]") -> set[str]:
    """The features that nobody's row tells."""
    told = [column for column, values in zip(schema.columns, rows.T, strict=True) if (values == values).any()]
    return {f.name for f in schema.features if not set(f.columns) & set(told)}


@pytest.mark.parametrize("record", [EHR, NO_DIET])
def test_a_record_lacks_what_its_profile_says(
    schema: FeatureSchema, people: Sample, record: RecordProfile
) -> None:
    rows = masked(schema, record, people.rows, np.random.default_rng(0))
    optional = {f.name for f in schema.features if f.missing is MissingPolicy.UNKNOWN}
    lacked = optional - set(record.keeps) if record.keeps else set(record.lacks or ())
    assert unknown_in(schema, rows) == lacked
    kept = ~np.isnan(rows)
    assert (rows[kept] == people.rows[kept]).all()


def test_what_is_lost_at_random_is_about_its_share_and_never_what_is_always_known(
    schema: FeatureSchema, people: Sample
) -> None:
    rows = masked(schema, SOME, people.rows, np.random.default_rng(0))
    for feature in schema.features:
        columns = [schema.columns.index(column) for column in feature.columns]
        known = ~np.isnan(people.rows[:, columns]).any(axis=1)
        lost = np.isnan(rows[known][:, columns])
        assert (lost == lost[:, :1]).all(), "a category is lost whole"
        if feature.missing is MissingPolicy.UNKNOWN:
            assert 0.4 < lost[:, 0].mean() < 0.6
        else:
            assert not lost.any()


@pytest.mark.parametrize("copies", [1, 2, 3])
def test_a_person_counts_once_and_their_copies_differ(
    schema: FeatureSchema, people: Sample, copies: int
) -> None:
    sample = with_masked_copies(learning(schema, copies, EHR, NO_DIET, SOME), people, seed=3)
    each = sample.rows.reshape(copies + 1, PEOPLE, -1)
    assert sample.weight is not None
    weight = sample.weight.reshape(copies + 1, PEOPLE)
    assert weight.sum(axis=0) == pytest.approx(1.0)
    assert (weight[0] == 0.5).all()
    assert np.ptp(weight[1:]) == 0
    assert (sample.outcome.reshape(copies + 1, PEOPLE) == people.outcome).all()
    np.testing.assert_array_equal(each[0], people.rows)
    lacking = np.isnan(each[1:])
    for one in range(copies):
        for other in range(one):
            assert (lacking[one] != lacking[other]).any(axis=1).mean() > 0.95


def test_people_who_count_differently_still_do_with_their_copies(
    schema: FeatureSchema, people: Sample
) -> None:
    counts = np.random.default_rng(2).uniform(0, 3, PEOPLE)
    weighted = Sample(people.rows, people.outcome, counts)
    sample = with_masked_copies(learning(schema, 2, EHR, SOME), weighted, seed=3)
    assert sample.weight is not None
    weight = sample.weight.reshape(3, PEOPLE)
    np.testing.assert_allclose(weight.sum(axis=0), counts)
    np.testing.assert_allclose(weight[0], counts / 2)
    np.testing.assert_array_equal(weighted.weight, counts)


def test_without_copies_people_are_learned_from_as_they_are(schema: FeatureSchema, people: Sample) -> None:
    plain = learning(schema, 0, EHR)
    assert with_masked_copies(plain, people, seed=1) is people
    assert fit_people(plain, people).save_raw("ubj") == fit(schema, people).save_raw("ubj")


def test_the_committee_draws_people_and_not_copies(
    schema: FeatureSchema, people: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Sample] = []

    def watched(schema: FeatureSchema, sample: Sample, seed: int, growth: Growth) -> Any:
        seen.append(sample)
        return fit(schema, sample, seed, growth)

    monkeypatch.setattr(masking, "fit", watched)
    committee.refit(learning(schema, 2, EHR, SOME), people, seed=1)

    (sample,) = seen
    drawn = np.random.default_rng(1).integers(PEOPLE, size=PEOPLE)
    whole, *copies = sample.rows.reshape(3, PEOPLE, -1)
    np.testing.assert_array_equal(whole, people.rows[drawn])
    for copy in copies:
        assert (np.isnan(copy) | (copy == whole)).all()


def figures(records: Sequence[dict[str, Any]]) -> dict[str, float]:
    return {record["record"]: record["mean_risk"] for record in records}


def test_figures_are_told_by_completeness_beside_older_versions(
    schema: FeatureSchema, people: Sample
) -> None:
    asked = learning(schema, 1, EHR, SOME)
    risk = partial(risk_of, fit_people(asked, people))
    older = {"1": partial(risk_of, fit(schema, people))}
    folds = list(folds_of(people, [str(number) for number in range(PEOPLE)]))
    crossed = cross_validated_by_completeness(
        asked, people, folds, lambda sample: partial(risk_of, fit_people(asked, sample))
    )
    told = by_completeness(asked, risk, people, older, crossed)

    assert [record["record"] for record in told] == [WHOLE, "EHR", "Some"]
    assert told[0]["known"] > told[2]["known"] > told[1]["known"]
    assert figures(told) != {record["record"]: record["older"]["1"]["mean_risk"] for record in told}
    assert all(0.4 < record["cross_validation"]["roc_auc"] < 1 for record in told)
    again = by_completeness(asked, risk, people, {}, {})
    assert figures(again) == figures(told)
    assert again[0]["older"] == {}
    assert "cross_validation" not in again[0]
