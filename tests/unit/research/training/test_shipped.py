"""The shipped versions: what each claims is true of what lies in its folder."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from app.classifiers.model_version import ModelVersion
from app.domain.feature import Feature, Monotonicity
from app.domain.patient import read_patient
from app.domain.schema import FeatureSchema, FloatArray
from app.engine.registry import ModelRegistry
from research.training.committee import COMMITTEE_SIZE
from research.training.discrimination import at_threshold, roc_auc
from research.training.nhanes import people as nhanes
from research.training.people import Participant, sites_of
from research.training.ranges import check_observed
from research.training.split import is_held_out
from research.training.uci_heart import people as uci_heart

SWEPT_PEOPLE = 150
SWEEP_POINTS = 60


def people_of(model: ModelVersion, name: str) -> list[Participant]:
    people = []
    for row in pq.read_table(model.folder / name).to_pylist():
        seqn, outcome, site = row.pop("seqn"), row.pop("outcome"), row.pop("site", None)
        people.append(Participant(str(seqn), values=row, outcome=outcome, site=site))
    return people


@pytest.fixture(scope="module", params=["dysglycaemia@1", "heart-disease@1"])
def model(request: pytest.FixtureRequest, registry: ModelRegistry) -> ModelVersion:
    return registry.named(request.param).model


@pytest.fixture(scope="module")
def schema(model: ModelVersion) -> FeatureSchema:
    return model.schema


@pytest.fixture(scope="module")
def training(model: ModelVersion) -> list[Participant]:
    return people_of(model, "population.parquet")


@pytest.fixture(scope="module")
def unseen(model: ModelVersion) -> list[Participant]:
    return people_of(model, "held_out.parquet")


@pytest.fixture(scope="module")
def rows(schema: FeatureSchema, unseen: list[Participant]) -> FloatArray:
    return np.stack([schema.encode(person.values) for person in unseen])


@pytest.fixture(scope="module")
def metrics(model: ModelVersion) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((model.folder / "metrics.json").read_text(encoding="utf-8"))
    return document


@pytest.fixture(scope="module")
def manifest(model: ModelVersion) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((model.folder / "manifest.json").read_text(encoding="utf-8"))
    return document


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_every_file_is_in_the_manifest_with_its_digest(model: ModelVersion, manifest: dict[str, Any]) -> None:
    home = model.folder
    # An adapter has a manifest of its own: it comes and goes without the classifier's changing.
    there = [
        path
        for path in home.rglob("*")
        if path.is_file()
        and path.name not in ("manifest.json", "task.toml")
        and path.parent.name != "adapter"
    ]

    assert manifest["files"] == {path.relative_to(home).as_posix(): digest(path) for path in there}
    assert manifest["schema"] == digest(home / "task.toml")
    assert manifest["columns"] == list(model.schema.columns)
    assert model.committee.size == COMMITTEE_SIZE


def test_the_figures_come_out_again(
    model: ModelVersion, unseen: list[Participant], rows: FloatArray, metrics: dict[str, Any]
) -> None:
    outcome = np.array([person.outcome for person in unseen])
    risk = model.classifier.risk(rows)

    auc = roc_auc(outcome, risk)
    assert auc is not None
    assert metrics["held_out"]["roc_auc"] == pytest.approx(
        {"value": auc.value, "low": auc.low, "high": auc.high}, abs=1e-4
    )
    for name, value in at_threshold(outcome, risk, model.schema.model.threshold).items():
        assert metrics["held_out"][name] == pytest.approx(value, abs=1e-4)
    assert auc.value >= 0.80
    assert model.schema.gate.min_roc_auc == 0.80


def test_people_are_on_their_side_of_the_split(
    training: list[Participant], unseen: list[Participant]
) -> None:
    assert not any(is_held_out(person.id) for person in training)
    assert all(is_held_out(person.id) for person in unseen)


def test_the_service_accepts_everybody(
    schema: FeatureSchema, training: list[Participant], unseen: list[Participant]
) -> None:
    for person in [*training, *unseen]:
        assert read_patient(schema, person.values).values == person.values


def test_observed_ranges_are_those_of_the_training_people(
    schema: FeatureSchema, training: list[Participant]
) -> None:
    check_observed(schema, training)


READ = {
    "dysglycaemia": {*nhanes.NUMBERS, *nhanes.ANSWERS, *nhanes.CATEGORIES, "cigarettes"},
    "heart-disease": {*uci_heart.NUMBERS, *uci_heart.ANSWERS, *uci_heart.CATEGORIES},
}


def test_no_column_gives_the_answer_away(model: ModelVersion, training: list[Participant]) -> None:
    columns = pq.read_schema(model.folder / "population.parquet").names
    site = ["site"] if sites_of(training) else []

    assert columns == ["seqn", *model.schema.by_name, "outcome", *site]
    assert set(model.schema.by_name) == READ[model.name]


def test_risk_goes_only_the_way_the_schema_allows(model: ModelVersion, rows: FloatArray) -> None:
    constrained = [feature for feature in model.schema.features if feature.risk is not Monotonicity.FREE]

    assert constrained
    for feature in constrained:
        steps = np.diff(_sweep(model, feature, rows[:: len(rows) // SWEPT_PEOPLE]), axis=1)
        wrong_way = -steps if feature.risk is Monotonicity.RISING else steps
        assert wrong_way.max() <= 1e-6, feature.name


def _sweep(model: ModelVersion, feature: Feature, rows: FloatArray) -> FloatArray:
    """Everybody's risk over the feature's clinical range, all else equal: shape (people, points)."""
    low, high = feature.clinical or (0.0, 1.0)
    swept = np.repeat(rows, SWEEP_POINTS, axis=0)
    swept[:, model.schema.column_of[feature.name]] = np.tile(np.linspace(low, high, SWEEP_POINTS), len(rows))
    return model.classifier.risk(swept).reshape(len(rows), SWEEP_POINTS)


def test_the_card_states_the_figures_of_the_run(model: ModelVersion, metrics: dict[str, Any]) -> None:
    card = json.loads((model.folder / "card.json").read_text(encoding="utf-8"))
    text = (model.folder / "card.md").read_text(encoding="utf-8")

    assert card["performance"]["held_out"] == metrics["held_out"]
    assert card["performance"]["groups"] == metrics["groups"]
    assert f"| Everybody |  | {metrics['held_out']['n']} |" in text
    assert "!" not in text.replace("![", "")
