"""What the quality report says of rows whose quality is known beforehand."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from app.classifiers.model_version import ModelVersion
from app.classifiers.partitions import Side, people_of
from app.domain.schema import FloatArray
from app.usecases.augmentation.formats import PROVENANCE
from app.usecases.augmentation.report.figures import QualityReport
from app.usecases.augmentation.report.inputs import JobFacts, ReportInputs
from app.usecases.augmentation.report.measure import quality_report
from app.usecases.augmentation.report.page import data_card, report_page

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
JOB = JobFacts("01", NOW, NOW, "dysglycaemia", "1", "ab" * 32, "low", 2, "search", 7)


def inputs(model: ModelVersion, rows: FloatArray) -> ReportInputs:
    numbers = np.arange(len(rows), dtype=np.int64)
    people = (model.schema, model.folder, model.population)
    return ReportInputs(*people, False, rows, numbers, len(rows), 2, 1, {"out_of_reach": 2}, False)


@pytest.fixture(scope="module")
def unseen(model: ModelVersion) -> FloatArray:
    """Real people of the low class whom the model did not learn from: synthetic rows as good as can be."""
    people = people_of(model, Side.HELD_OUT)
    low = [one for one in people if one.risk < 0.35]
    return np.stack([model.schema.encode(one.features) for one in low])


@pytest.fixture(scope="module")
def of_unseen(model: ModelVersion, unseen: FloatArray) -> QualityReport:
    return quality_report(inputs(model, unseen[:300]), 7)


def test_real_people_are_hardly_told_from_real_people(of_unseen: QualityReport) -> None:
    assert of_unseen.discriminator.auc is not None
    assert of_unseen.discriminator.auc < 0.7
    assert of_unseen.closeness.copies == 0
    assert of_unseen.correlation.mean_difference is not None
    assert of_unseen.correlation.mean_difference < 0.1


def test_copies_are_counted_and_nearer_to_whom_they_copy(model: ModelVersion) -> None:
    low = model.population.rows[~model.population.outcome]
    report = quality_report(inputs(model, low[:200]), 7)
    assert report.closeness.copies == 200
    assert report.closeness.to_training == 0
    assert report.closeness.nearer_to_training is not None
    assert report.closeness.nearer_to_training > 0.6


def test_values_shuffled_apart_keep_their_spread_but_not_their_correlations(
    model: ModelVersion, unseen: FloatArray, of_unseen: QualityReport
) -> None:
    rng = np.random.default_rng(0)
    shuffled = np.stack([rng.permutation(column) for column in unseen[:300].T], axis=1)
    report = quality_report(inputs(model, shuffled), 7)
    assert [one.distance for one in report.marginals if one.name == "bmi"] == [
        one.distance for one in of_unseen.marginals if one.name == "bmi"
    ]
    mine, theirs = report.correlation.mean_difference, of_unseen.correlation.mean_difference
    assert mine is not None
    assert theirs is not None
    assert mine > 1.5 * theirs
    assert (report.discriminator.auc or 0) > (of_unseen.discriminator.auc or 1)


def test_what_is_moved_is_seen_in_its_own_feature_alone(model: ModelVersion, unseen: FloatArray) -> None:
    moved = unseen[:300].copy()
    moved[:, model.schema.column_of["pulse"]] += 40
    distances = {one.name: one.distance for one in quality_report(inputs(model, moved), 7).marginals}
    assert (distances.pop("pulse") or 0) > 0.7
    assert max(distance or 0 for distance in distances.values()) < 0.5


def test_shares_add_up(of_unseen: QualityReport) -> None:
    for one in of_unseen.marginals:
        assert sum(one.real) == pytest.approx(1)
        assert sum(one.synthetic) == pytest.approx(1)
        assert len(one.bins) == len(one.real) == len(one.synthetic)


@pytest.mark.parametrize("count", [0, 1, 5])
def test_few_rows_or_none_make_a_report_page_and_card(
    model: ModelVersion, unseen: FloatArray, count: int
) -> None:
    report = quality_report(inputs(model, unseen[:count]), 7)
    assert report.discriminator.auc is None
    assert (report.utility is None) == (count == 0)
    assert QualityReport.model_validate_json(report.model_dump_json()) == report
    assert f"{count} synthetic rows" in report_page(report, JOB)
    assert "synthetic" in data_card(report, JOB)


def test_a_card_of_nothing_but_improvements_says_so(model: ModelVersion, unseen: FloatArray) -> None:
    made = replace(inputs(model, unseen[:0]), improved=13, median_reduction=0.04)
    card = data_card(quality_report(made, 7), JOB)
    assert "These 13 rows are synthetic, and none of them is of the low-risk class." in card
    assert "These 0 rows" not in card
    none = data_card(quality_report(inputs(model, unseen[:0]), 7), JOB)
    assert "There are no rows" in none
    assert "These 0 rows" not in none


def test_a_card_names_every_column_that_stands_beside_the_features(of_unseen: QualityReport) -> None:
    columns = data_card(of_unseen, JOB).split("## Columns")[1]
    assert all(f"`{name}`" in columns for name in PROVENANCE)


def test_figures_that_are_shares_have_an_interval(of_unseen: QualityReport) -> None:
    closeness, told = of_unseen.closeness, of_unseen.discriminator
    assert told.interval is not None
    assert told.auc is not None
    assert told.interval[0] < told.auc < told.interval[1]
    assert closeness.nearer_interval is not None
    assert closeness.nearer_to_training is not None
    assert closeness.nearer_interval[0] <= closeness.nearer_to_training < closeness.nearer_interval[1]
    low, high = (f"{end:.2f}" for end in told.interval)
    assert f"({low} to {high})" in report_page(of_unseen, JOB)
    assert f"({low} to {high})" in data_card(of_unseen, JOB)


def test_few_rows_are_said_to_be_few(model: ModelVersion, unseen: FloatArray) -> None:
    report = quality_report(inputs(model, unseen[:13]), 7)
    for told in (report_page(report, JOB), data_card(report, JOB)):
        assert "So few rows (13) make every figure uncertain" in told


def test_an_equal_seed_gives_an_equal_report(
    model: ModelVersion, unseen: FloatArray, of_unseen: QualityReport
) -> None:
    assert quality_report(inputs(model, unseen[:300]), 7) == of_unseen


def test_the_page_needs_no_script_and_escapes_what_it_is_told(of_unseen: QualityReport) -> None:
    page = report_page(of_unseen, replace(JOB, model_name="<script>alert(1)</script>"))
    assert "<script" not in page
    assert " style=" not in page
    assert "&lt;script&gt;" in page
    assert "default-src 'none'" in page


def test_rows_that_are_not_of_the_class_are_told_and_not_measured(
    model: ModelVersion, of_unseen: QualityReport, unseen: FloatArray
) -> None:
    own = replace(inputs(model, unseen[:300]), improved=41, median_reduction=0.0634)
    report = quality_report(own, 7)
    acceptance = of_unseen.acceptance.model_copy(update={"improved": 41, "median_reduction": 0.0634})
    assert report == of_unseen.model_copy(update={"acceptance": acceptance})
    about = replace(JOB, improvements=True)
    page, card = report_page(report, about), data_card(report, about)
    assert 'further rows that lower the risk but are not of the class</th><td class="n">41<' in page
    assert "6.3" in page
    assert "still calls the further rows high" in page
    assert "**41 further rows are not of the low-risk class.**" in card
    assert "median 6.3" in card
    for told in (report_page(of_unseen, JOB), data_card(of_unseen, JOB)):
        assert "further rows" not in told


def test_a_job_all_of_whose_people_are_out_of_reach_has_a_report_too(model: ModelVersion) -> None:
    nobody = model.population.rows[:0]
    report = quality_report(replace(inputs(model, nobody), improved=3, median_reduction=0.02), 7)
    about = replace(JOB, improvements=True)
    assert report.rows == 0
    assert '<td class="n">3<' in report_page(report, about)
    assert "**These 3 rows are synthetic, and none" in data_card(report, about)
