"""Bins of shipped and made-up models: everybody is in one of each, and the reference is like itself."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.classifiers.model_version import ModelVersion
from app.domain.drift import LEAST, Drift
from app.domain.feature import Kind
from app.engine.registry import ModelRegistry
from app.usecases.drift.binning import RISK, Binning, binning_of
from app.usecases.drift.report import report_of
from app.usecases.drift.schemas import DriftAnswer
from tests.rare import rare_model
from tests.wide import wide_model

NAMES = ("dysglycaemia", "dysglycaemia@1", "heart-disease", "heart-disease@1", "rare", "wide")
DAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def models(registry: ModelRegistry) -> dict[str, ModelVersion]:
    shipped = {name: registry.named(name).model for name in NAMES[:4]}
    return shipped | {"rare": rare_model(), "wide": wide_model()}


@pytest.fixture(scope="module", params=NAMES)
def model(request: pytest.FixtureRequest, models: dict[str, ModelVersion]) -> ModelVersion:
    return models[request.param]


@pytest.fixture(scope="module")
def binning(model: ModelVersion) -> Binning:
    return binning_of(model)


def told(binning: Binning, model: ModelVersion, rows: np.ndarray) -> DriftAnswer:
    return report_of(binning, binning.counts(rows, model.classifier.risk(rows)), DAY, DAY)


def test_everybody_is_in_one_bin_of_each_feature_and_of_the_risk(
    binning: Binning, model: ModelVersion
) -> None:
    people = len(model.population.rows)
    assert set(binning.reference) == {*(one.name for one in model.schema.features), RISK}
    for name, counts in binning.reference.items():
        assert counts.sum() == people, name
        assert len(counts) == binning.sizes_by_name[name]


def test_the_reference_is_like_itself_and_nobody_of_it_is_out_of_range(
    binning: Binning, model: ModelVersion
) -> None:
    rows = model.population.rows
    while len(rows) < LEAST:
        rows = np.vstack((rows, rows))
    drift = told(binning, model, rows)
    assert drift.state is drift.risk.state is Drift.STABLE
    for one in drift.features:
        assert (one.state, one.psi) == (Drift.STABLE, 0)
        assert one.unknown is not None
        assert one.unknown.asked == one.unknown.reference
        if one.out_of_range is not None:
            assert one.out_of_range.asked == 0
    risks = model.classifier.risk(model.population.rows)
    assert drift.risk.mean is not None
    assert drift.risk.high is not None
    assert drift.risk.mean.asked == pytest.approx(float(risks.mean()), abs=1e-4)
    assert drift.risk.high.asked == pytest.approx(
        float((risks > model.schema.model.threshold).mean()), abs=1e-4
    )


def test_a_number_has_about_a_tenth_of_the_known_people_in_each_bin_within_its_range(
    binning: Binning, model: ModelVersion
) -> None:
    for feature in model.schema.features:
        counts = binning.reference[feature.name]
        if feature.is_numeric:
            assert counts[0] == counts[-2] == 0, "outside of the observed range is nobody"
            assert 1 <= len(counts) - 3 <= 10
            assert (counts[1:-2] > 0).all() or counts[1:-2].sum() == 0
        elif feature.kind is Kind.CATEGORY:
            assert len(counts) == len(feature.categories) + 3


def test_the_order_of_people_is_of_no_matter_and_parts_add_up(binning: Binning, model: ModelVersion) -> None:
    rows = model.population.rows[:257]
    risks = model.classifier.risk(rows)
    whole = binning.counts(rows, risks)
    turned = binning.counts(rows[::-1], risks[::-1])
    parts = [binning.counts(rows[at : at + 1], risks[at : at + 1]) for at in range(len(rows))]
    for name, counts in whole.items():
        assert (turned[name] == counts).all()
        assert (np.sum([part[name] for part in parts], axis=0) == counts).all()


def test_what_is_not_known_and_what_is_out_of_range_is_told_apart(
    binning: Binning, model: ModelVersion
) -> None:
    number = next(one for one in model.schema.features if one.is_numeric)
    assert number.observed is not None
    place = model.schema.column_of[number.name]
    rows = np.repeat(model.population.rows[:1], 4 * LEAST, axis=0)
    low, high = number.observed
    rows[:, place] = np.tile([np.nan, low, high, np.nextafter(high, np.inf)], LEAST)
    drift = told(binning, model, rows)
    (one,) = (one for one in drift.features if one.feature == number.name)
    assert one.unknown is not None
    assert one.out_of_range is not None
    assert (one.unknown.asked, one.out_of_range.asked) == (0.25, 0.25)
    assert one.state is Drift.CHANGED


def test_a_category_that_is_not_known_is_in_the_last_bin(models: dict[str, ModelVersion]) -> None:
    model = models["heart-disease"]
    binning = binning_of(model)
    category = next(one for one in model.schema.features if one.kind is Kind.CATEGORY)
    first = model.schema.columns.index(category.columns[0])
    rows = np.repeat(model.population.rows[:1], len(category.columns) + 1, axis=0)
    rows[:, first : first + len(category.columns)] = np.vstack(
        (np.eye(len(category.columns)), np.full(len(category.columns), np.nan))
    )
    counts = binning.counts(rows, model.classifier.risk(rows))[category.name]
    assert counts.tolist() == [0, *[1] * len(category.columns), 0, 1]


@given(many=st.integers(0, LEAST - 1))
def test_of_too_few_questions_the_number_alone_is_told(models: dict[str, ModelVersion], many: int) -> None:
    model = models["rare"]
    binning = binning_of(model)
    rows = np.repeat(model.population.rows[:1], many, axis=0)
    drift = told(binning, model, rows) if many else report_of(binning, _nobody(binning), DAY, DAY)
    assert (drift.questions, drift.state, drift.least) == (many, Drift.TOO_FEW, LEAST)
    said = drift.risk.model_dump(exclude={"state"})
    said |= {"features": [one.model_dump(exclude={"feature", "label", "state"}) for one in drift.features]}
    assert set(said.pop("features")[0].values()) | set(said.values()) == {None}


def _nobody(binning: Binning) -> dict[str, np.ndarray]:
    return {name: np.zeros(size, dtype=np.int64) for name, size in binning.sizes_by_name.items()}
