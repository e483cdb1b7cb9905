"""What each measure must say of rows made to be known beforehand, on the model of few people with gaps."""

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from sklearn.metrics import balanced_accuracy_score, f1_score, roc_auc_score

from app.classifiers.model_version import ModelVersion
from app.classifiers.partitions import Side
from app.classifiers.population import read_people
from app.domain.schema import FloatArray, IntArray
from app.engine.plausibility import reference_population_of
from app.engine.registry import ServedModel
from app.usecases.augmentation.report.inputs import JobFacts, ReportInputs
from app.usecases.augmentation.report.joint import correlation, discriminator
from app.usecases.augmentation.report.measure import quality_report
from app.usecases.augmentation.report.page import data_card, report_page
from app.usecases.augmentation.report.privacy import closeness
from app.usecases.augmentation.report.utility import SCORES, utility

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
JOB = JobFacts("01", NOW, NOW, "heart-disease", "1", "ab" * 32, "low", 2, "auto", 7)


@pytest.fixture(scope="module")
def model(heart: ServedModel) -> ModelVersion:
    return heart.model


@pytest.fixture(scope="module")
def known(model: ModelVersion) -> FloatArray:
    """People of the low class whom the model learned from."""
    return model.population.rows[~model.population.outcome]


@pytest.fixture(scope="module")
def unseen(model: ModelVersion) -> FloatArray:
    """People of the low class whom it did not learn from."""
    people = read_people(model.schema, model.folder / Side.HELD_OUT)
    return people.rows[~people.outcome]


def inputs(model: ModelVersion, rows: FloatArray, source_row: IntArray | None = None) -> ReportInputs:
    numbers = np.arange(len(rows), dtype=np.int64) if source_row is None else source_row
    people = (model.schema, model.folder, model.population)
    return ReportInputs(*people, False, rows, numbers, len(rows), 0, 0, {}, False)


def numbers_in(told: object) -> Iterator[float]:
    if isinstance(told, dict):
        for one in told.values():
            yield from numbers_in(one)
    elif isinstance(told, list):
        for one in told:
            yield from numbers_in(one)
    elif isinstance(told, float):
        yield told


def test_the_very_people_cannot_be_told_from_themselves(model: ModelVersion, known: FloatArray) -> None:
    assert discriminator(inputs(model, known), 7).auc == pytest.approx(0.5)


def test_copies_of_some_people_cannot_be_told_from_people(model: ModelVersion, known: FloatArray) -> None:
    some = np.random.default_rng(0).permutation(known)[:150]
    auc = discriminator(inputs(model, some), 7).auc
    assert auc is not None
    assert 0.4 < auc < 0.65


def test_noise_is_told_from_people(model: ModelVersion, known: FloatArray) -> None:
    columns = list(model.schema.column_of.values())
    noise = known.copy()
    noise[:, columns] += np.random.default_rng(0).normal(0, 3 * np.nanstd(known[:, columns], axis=0))
    auc = discriminator(inputs(model, noise), 7).auc
    assert auc is not None
    assert auc > 0.97


def test_siblings_do_not_give_rows_away(model: ModelVersion, unseen: FloatArray) -> None:
    source_row = np.repeat(np.arange(40), 4)
    siblings = np.repeat(unseen[:40], 4, axis=0)
    siblings[:, model.schema.column_of["age"]] += np.tile([0.0, 0.1, 0.2, 0.3], 40)
    together = discriminator(inputs(model, siblings, source_row), 7).auc
    apart = discriminator(inputs(model, siblings), 7).auc
    assert together is not None
    assert apart is not None
    assert together < apart - 0.05


def test_all_copies_are_counted_at_a_distance_of_nothing(model: ModelVersion, known: FloatArray) -> None:
    found = closeness(inputs(model, known), 7)
    assert found.copies == len(known)
    assert found.to_training == 0
    assert found.nearer_to_training is not None
    assert found.nearer_to_training > 0.6


def test_held_out_people_copied_are_nearer_to_the_held_out(model: ModelVersion, unseen: FloatArray) -> None:
    found = closeness(inputs(model, unseen), 7)
    assert found.copies == 0
    assert found.nearer_to_training is not None
    assert found.nearer_to_training < 0.2


def test_distances_are_those_that_each_row_is_given(model: ModelVersion, unseen: FloatArray) -> None:
    """By the plain formula of `engine.plausibility`, gaps included."""
    population = reference_population_of(model.schema, model.population.rows)
    expected = []
    for row in unseen[:31, population.columns] * population.weight:
        apart = population.people - row
        expected.append(np.sqrt(np.nanmean(apart**2, axis=1).min()))
    assert closeness(inputs(model, unseen[:31]), 7).to_training == pytest.approx(
        np.median(expected), abs=1e-5
    )


def test_reordered_columns_keep_their_distributions_but_not_their_correlations(
    model: ModelVersion, known: FloatArray
) -> None:
    rng = np.random.default_rng(0)
    reordered = known.copy()
    for feature in model.schema.features:
        columns = [model.schema.columns.index(name) for name in feature.columns]
        reordered[:, columns] = reordered[rng.permutation(len(known))][:, columns]
    report = quality_report(inputs(model, reordered), 7)
    assert max(one.distance or 0.0 for one in report.marginals) == pytest.approx(0)
    assert (report.correlation.mean_difference or 0) > 0.08
    assert correlation(inputs(model, known)).mean_difference == pytest.approx(0)


def test_scores_are_scikit_learns() -> None:
    rng = np.random.default_rng(0)
    outcome = rng.random(300) < 0.4
    risk: FloatArray = (rng.integers(0, 8, 300) + 3.0 * outcome) / 10  # with ties
    found = {name: score(outcome, risk[None], 0.5)[0] for name, score in SCORES.items()}
    said = risk > 0.5
    assert found == {
        "f1": pytest.approx(f1_score(outcome, said, average="macro")),
        "balanced_accuracy": pytest.approx(balanced_accuracy_score(outcome, said)),
        "auc": pytest.approx(roc_auc_score(outcome, risk)),
    }


def test_rows_with_the_wrong_label_are_seen_to_harm(model: ModelVersion) -> None:
    wrong = np.tile(model.population.rows[model.population.outcome], (2, 1))
    found = utility(inputs(model, wrong), 7)
    assert found is not None
    for difference in (found.f1, found.balanced_accuracy, found.auc):
        assert difference.low <= difference.value <= difference.high
    assert found.f1.high < 0
    assert found.balanced_accuracy.high < 0


def unknown_feature(rows: FloatArray) -> FloatArray:
    gone = rows.copy()
    gone[:, 0] = np.nan
    return gone


@pytest.mark.parametrize("case", ["one feature unknown", "nothing known", "one row many times", "constant"])
def test_odd_rows_make_a_report_of_finite_figures(model: ModelVersion, unseen: FloatArray, case: str) -> None:
    rows = {
        "one feature unknown": unknown_feature(unseen),
        "nothing known": np.full(unseen.shape, np.nan),
        "one row many times": np.repeat(unseen[:1], 60, axis=0),
        "constant": np.where(np.arange(unseen.shape[1]) == 0, np.float64(50), unseen),
    }[case]
    report = quality_report(inputs(model, rows), 7)
    assert all(math.isfinite(one) for one in numbers_in(report.model_dump()))
    assert "<!doctype html>" in report_page(report, JOB)
    assert "nan" not in data_card(report, JOB)


@pytest.mark.parametrize("left", ["nobody", "one class"])
def test_without_people_held_out_the_rest_is_measured(
    model: ModelVersion, unseen: FloatArray, tmp_path: Path, left: str
) -> None:
    people = pq.read_table(model.folder / Side.HELD_OUT)
    outcome = people["outcome"].to_numpy(zero_copy_only=False)
    pq.write_table(people.filter(~outcome) if left == "one class" else people[:0], tmp_path / Side.HELD_OUT)
    report = quality_report(inputs(replace(model, folder=tmp_path), unseen), 7)
    assert report.utility is None
    assert report.discriminator.auc is not None
    assert (report.closeness.nearer_to_training is None) == (left == "nobody")
    assert "Do they help" not in report_page(report, JOB)


def test_people_held_out_need_no_number(model: ModelVersion, unseen: FloatArray, tmp_path: Path) -> None:
    people = pq.read_table(model.folder / Side.HELD_OUT)
    pq.write_table(people.drop_columns(["seqn"]), tmp_path / Side.HELD_OUT)
    assert utility(inputs(replace(model, folder=tmp_path), unseen), 7) is not None


def test_too_few_rows_are_said_to_be_too_few(model: ModelVersion, unseen: FloatArray) -> None:
    page = report_page(quality_report(inputs(model, unseen[:3]), 7), JOB)
    assert "too few rows" in page
    assert "AUC of unknown" not in page


def test_page_and_card_name_where_measures_come_from(model: ModelVersion, unseen: FloatArray) -> None:
    report = quality_report(inputs(model, unseen), 7)
    for text in (report_page(report, JOB), data_card(report, JOB)):
        for author in ("Patki", "Spearman", "Lopez-Paz", "Zhao", "Platzer", "Esteban"):
            assert author in text
        assert "synthetic" in text
