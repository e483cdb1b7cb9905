"""A version folder may hold a classifier of another library, or one of XGBoost with a calibration."""

from pathlib import Path

import numpy as np
import pytest

from app.classifiers.calibration import write_calibration
from app.classifiers.forest import TreeEnsemble, forest_of
from app.classifiers.forest_file import ForestClassifier, write_forest
from app.classifiers.link import LOGISTIC, Link, LinkKind
from app.classifiers.model_version import ModelVersion
from app.classifiers.store import ModelFolderError, load_model
from app.classifiers.xgboost_local import load_booster
from tests.unit.classifiers.spoilt import refusal, sealed

PLATT = Link(LinkKind.PLATT, slope=0.5, intercept=-0.5)


def as_forests(folder: Path, model: ModelVersion, link: Link) -> None:
    """Write the boosters of a folder as forests."""
    for path in [folder / "1/classifier.ubj", *(folder / "1/committee").glob("*.ubj")]:
        forest = forest_of([load_booster(path, model.schema.columns)])
        write_forest(path.with_suffix(".forest"), forest, link, model.schema.columns, "made for tests")
        path.unlink()
    sealed(folder)


def test_forests_are_hosted_as_the_boosters_that_they_are(folder: Path, version_1: ModelVersion) -> None:
    as_forests(folder, version_1, LOGISTIC)
    hosted, rows = load_model(folder), version_1.population.rows[:200]
    assert isinstance(hosted.classifier, ForestClassifier)
    np.testing.assert_allclose(hosted.classifier.risk(rows), version_1.classifier.risk(rows), atol=1e-6)
    np.testing.assert_array_equal(hosted.committee.risk(rows), version_1.committee.risk(rows))


def test_a_calibration_counts_for_classifier_and_committee(folder: Path, version_1: ModelVersion) -> None:
    write_calibration(folder / "1", PLATT)
    sealed(folder)
    hosted, rows = load_model(folder), version_1.population.rows[:200]
    for before, after in (
        (version_1.classifier, hosted.classifier),
        (version_1.committee, hosted.committee),
    ):
        odds = [np.log(risk / (1 - risk)) for risk in (before.risk(rows), after.risk(rows))]
        np.testing.assert_allclose(odds[1], PLATT.slope * odds[0] + PLATT.intercept, atol=1e-4)
        assert isinstance(after, TreeEnsemble)
        assert after.link == PLATT


def test_a_calibration_that_the_manifest_does_not_list_is_refused(folder: Path) -> None:
    write_calibration(folder / "1", PLATT)
    assert refusal(folder) == f"{folder / '1/calibration.json'} is not listed in the manifest"


def test_a_calibration_that_is_none_is_refused(folder: Path) -> None:
    (folder / "1/calibration.json").write_text('{"kind": "cubic"}')
    sealed(folder)
    assert refusal(folder).startswith(f"{folder / '1/calibration.json'} is not a calibration")


def test_a_calibration_beside_a_forest_is_refused_and_not_passed_over(
    folder: Path, version_1: ModelVersion
) -> None:
    as_forests(folder, version_1, LOGISTIC)
    write_calibration(folder / "1", PLATT)
    sealed(folder)
    assert refusal(folder) == (
        f"{folder / '1/calibration.json'} is of classifier.ubj alone; the link of a classifier.forest is in "
        "that file itself"
    )
    elsewhere = "http://127.0.0.1:9/risk"  # not asked: what is wrong with the folder is found before
    with pytest.raises(ModelFolderError, match=r"calibration\.json is of classifier\.ubj alone"):
        load_model(folder, classifier_url=elsewhere)


def test_two_classifiers_or_two_kinds_of_members_are_refused(folder: Path, version_1: ModelVersion) -> None:
    booster, member = folder / "1/classifier.ubj", folder / "1/committee/01.ubj"
    shipped = {path: path.read_bytes() for path in (booster, member)}
    as_forests(folder, version_1, LOGISTIC)
    booster.write_bytes(shipped[booster])
    sealed(folder)
    assert "holds both classifier.ubj and classifier.forest" in refusal(folder)
    booster.unlink()
    member.write_bytes(shipped[member])
    sealed(folder)
    assert "members of two kinds" in refusal(folder)


@pytest.mark.parametrize("name", ["classifier.forest", "committee/01.forest"])
def test_a_forest_that_was_cut_off_is_named(folder: Path, version_1: ModelVersion, name: str) -> None:
    as_forests(folder, version_1, LOGISTIC)
    path = folder / "1" / name
    path.write_bytes(path.read_bytes()[:-1])
    sealed(folder)
    assert refusal(folder).startswith(f"{path} is not a forest, or is cut off")
