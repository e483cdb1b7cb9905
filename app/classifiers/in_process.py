"""The classifier and the committee of a version folder, run in this process: of whichever files there are."""

from pathlib import Path

import numpy as np

from app.classifiers.base import Classifier, ClassifierError, Committee
from app.classifiers.calibration import CALIBRATION, read_calibration
from app.classifiers.folder import Manifest, shipped_file, shipped_files
from app.classifiers.forest_file import ForestClassifier, ForestCommittee
from app.classifiers.link import LOGISTIC, Link
from app.classifiers.model_version import Population
from app.classifiers.onnx_checks import check_repeatable, check_unknown
from app.classifiers.onnx_local import OnnxClassifier
from app.classifiers.xgboost_committee import XGBoostCommittee
from app.classifiers.xgboost_local import XGBoostClassifier
from app.domain.schema import FeatureSchema

_BOOSTER, _FOREST, _ONNX = "classifier.ubj", "classifier.forest", "classifier.onnx"
KINDS = (_BOOSTER, _FOREST, _ONNX)
"""The files that a classifier may be in, of which a version has one."""
_BOOSTERS, _FORESTS = "committee/*.ubj", "committee/*.forest"
_NO_NUMBER = "gives people of population.parquet a risk that is not a number"


def calibration_of(home: Path, manifest: Manifest) -> Link:
    """The link of XGBoost's margins, of classifier and committee.

    Where the version has a classifier of another library, a calibration is refused even if that classifier is
    passed over for one elsewhere: of the two, only the committee would have the link.

    Raises:
        ClassifierError: it cannot be read, or is beside a file that holds its own link.
        ModelFolderError: the manifest does not list it.
    """
    if not (home / CALIBRATION).exists():
        return LOGISTIC
    if (
        listed := _listed(manifest)
    ) != _BOOSTER:  # passed over, it would give risks that its owner expects not
        raise ClassifierError(
            f"{home / CALIBRATION} is of {_BOOSTER} alone; the link of a {listed} is in that file itself"
        )
    shipped_file(home, manifest, CALIBRATION)
    return read_calibration(home)


def classifier_of(
    home: Path, manifest: Manifest, schema: FeatureSchema, population: Population, link: Link
) -> Classifier:
    """The classifier of a version, once everybody of its population has a risk; `link` is of XGBoost's.

    Raises:
        ClassifierError: it cannot be run, does not fit the schema, or gives somebody no risk.
        ModelFolderError: its file is missing, or the manifest does not list it.
    """
    local, path = _local(home, manifest, schema, link), home / _listed(manifest)
    if isinstance(local, OnnxClassifier):
        _try_out(local, path, schema, population)
        return local
    try:
        local.risk(population.rows)
    except ClassifierError as error:
        raise ClassifierError(f"{path} {_NO_NUMBER}") from error
    return local


def committee_of(
    home: Path, manifest: Manifest, schema: FeatureSchema, population: Population, link: Link
) -> Committee:
    """The refits of a version; `link` is of XGBoost's.

    Raises:
        ClassifierError: one is no model, does not fit the schema, or gives somebody no risk.
        ModelFolderError: there is none, or one that the manifest does not list.
    """
    committee: ForestCommittee | XGBoostCommittee
    if any(home.glob(_FORESTS)):
        if any(home.glob(_BOOSTERS)):
            raise ClassifierError(f"{home / 'committee'} holds members of two kinds, .ubj and .forest")
        paths = shipped_files(home, manifest, _FORESTS)
        committee = ForestCommittee.load(paths, schema.columns)
    else:
        paths = shipped_files(home, manifest, _BOOSTERS)
        committee = XGBoostCommittee.load(paths, schema.columns, link)
    if np.isfinite(committee.forest.value).all():  # sums of finite leaves are finite: nobody need be scored
        return committee
    for path, risk in zip(paths, committee.risk(population.rows), strict=True):
        if not np.isfinite(risk).all():
            raise ClassifierError(f"{path} {_NO_NUMBER}")
    return committee


def _local(home: Path, manifest: Manifest, schema: FeatureSchema, link: Link) -> Classifier:
    """A classifier in process, of the file that there is."""
    if len(there := [name for name in KINDS if name in manifest.files]) > 1:
        raise ClassifierError(f"{home} holds both {' and '.join(there)}, of which one is hosted")
    path = shipped_file(home, manifest, _listed(manifest))
    if path.name != _BOOSTER:
        kind = ForestClassifier if path.name == _FOREST else OnnxClassifier
        return kind.load(path, schema.columns)
    local = XGBoostClassifier.load(path, schema.columns)
    # A calibrated one is walked in double precision: isotonic regression has steep parts, which would make
    # much of the last digits of XGBoost's margins.
    return local if link == LOGISTIC else ForestClassifier(local.forest, link)


def _try_out(classifier: OnnxClassifier, path: Path, schema: FeatureSchema, population: Population) -> None:
    """See that what a program computes is a risk: of trees that is known from how they are read."""
    try:
        check_unknown(classifier, schema, population.rows)
        check_repeatable(classifier, population.rows)
    except ClassifierError as error:
        raise ClassifierError(f"{path}: {error}") from error


def _listed(manifest: Manifest) -> str:
    return next((name for name in KINDS if name in manifest.files), _BOOSTER)
