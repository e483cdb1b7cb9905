"""Reading a classifier that somebody gave: which library it is of shows in its first bytes."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from app.classifiers.base import ClassifierError
from app.classifiers.column_diff import difference
from app.classifiers.forest import Forest
from app.classifiers.forest_checks import check_forest
from research.foreign.agreement import check_agreement, telling_rows
from research.foreign.given import GivenClassifier
from research.foreign.pickles import read_pickle, read_skops
from research.training.errors import TrainingError

_PICKLES = (".pkl", ".pickle", ".joblib")
_ENDINGS = {".ubj": "XGBoost", ".txt": "LightGBM", ".cbm": "CatBoost", ".skops": "scikit-learn"}
_UNKNOWN = (
    "{name} is no classifier that is known here: XGBoost (.ubj, .json), LightGBM (.txt), CatBoost (.cbm, "
    ".json) and scikit-learn (.skops) are read, and ONNX models (.onnx) are run"
)


def read_classifier(path: Path, columns: Sequence[str], trusts_pickle: bool = False) -> GivenClassifier:
    """The classifier of a file, which has to take exactly these columns in this order.

    It is compared with its own library at and beside all its thresholds before it is given back. A pickle is
    loaded only where `trusts_pickle`: loading one runs the code in it.

    Raises:
        TrainingError: the file is no classifier that can be hosted; a sentence for its owner says why.
    """
    try:
        given = _read(path, trusts_pickle)
        if not given.column_names:
            raise TrainingError(
                f"{path.name} does not name its columns, so that nobody can check their order: fit it on a "
                "DataFrame, or with feature names"
            )
        given = replace(given, column_names=_as_declared(given, columns))
        if differing := difference(given.column_names, columns):
            raise TrainingError(f"{path.name} takes {differing}")
        check_forest(given.forest, len(columns))
        _check_sums(given.forest, path.name)
    except ClassifierError as error:
        said = str(error)
        raise TrainingError(said if path.name in said else f"{path.name} cannot be read: {said}") from error
    check_agreement(given, telling_rows(given))
    return given


def _as_declared(given: GivenClassifier, columns: Sequence[str]) -> tuple[str, ...]:
    """The columns' names: LightGBM writes `_` for each space in them."""
    if given.library != "lightgbm":
        return given.column_names
    spaced = {column.replace(" ", "_"): column for column in columns}
    return tuple(spaced.get(name, name) for name in given.column_names)


def _check_sums(forest: Forest, name: str) -> None:
    """Whether sums of leaves stay numbers in single precision, in which XGBoost adds them up."""
    is_leaf = forest.left == -1
    largest = (
        np.maximum.reduceat(np.where(is_leaf, np.abs(forest.value), 0.0), forest.root)
        if len(forest.root)
        else np.zeros(1)
    )
    if largest.sum() + np.abs(forest.prior).max() > np.finfo(np.float32).max:
        raise TrainingError(
            f"{name} has leaves that add up to more than a single-precision number can be: its risks mean "
            "nothing"
        )


def _read(path: Path, trusts_pickle: bool) -> GivenClassifier:
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except OSError as error:
        raise TrainingError(f"{path} cannot be read: {error.strerror}") from error
    if start.startswith(b"CBM1"):
        return _catboost(path, "cbm")
    if start.startswith(b"tree\n") or start.startswith(b"tree\r\n"):
        return _lightgbm(path)
    if start.startswith(b"PK"):
        return _of_object(read_skops(path), path)
    if start[:1] == b"{":
        return _braced(path)
    if start[:1] == b"\x80" or path.suffix in _PICKLES:
        return _of_object(read_pickle(path, trusts_pickle), path)
    if (library := _ENDINGS.get(path.suffix)) is not None:
        raise TrainingError(f"{path.name} is damaged, or not the model of {library} that its ending says")
    raise TrainingError(_UNKNOWN.format(name=path.name))


def _braced(path: Path) -> GivenClassifier:
    """JSON of XGBoost or CatBoost, or XGBoost's UBJSON."""
    try:
        document = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return _xgboost(path)
    if "learner" in document:
        return _xgboost(path)
    if "features_info" in document:
        return _catboost(path, "json")
    raise TrainingError(_UNKNOWN.format(name=path.name))


def _xgboost(path: Path) -> GivenClassifier:
    import xgboost

    from app.classifiers.ubjson import is_whole
    from research.foreign.xgboost_models import read_booster

    booster = xgboost.Booster({"nthread": 1})
    try:
        content = path.read_bytes()
        if path.suffix != ".json" and not is_whole(content):
            raise TrainingError(f"{path.name} is not an XGBoost model, or is cut off")
        booster.load_model(str(path))
    except (xgboost.core.XGBoostError, UnicodeDecodeError) as error:
        raise TrainingError(f"{path.name} is not an XGBoost model that can be read") from error
    return read_booster(booster, path.name)


def _lightgbm(path: Path) -> GivenClassifier:
    try:
        import lightgbm

        from research.foreign.lightgbm_models import is_whole, read_booster
    except ImportError as error:
        raise _missing(path, "LightGBM", "lightgbm") from error
    if not is_whole(path.read_bytes()):
        raise TrainingError(f"{path.name} is not a LightGBM model, or is cut off")
    try:
        booster = lightgbm.Booster(model_file=str(path))
    except lightgbm.basic.LightGBMError as error:
        raise TrainingError(f"{path.name} is not a LightGBM model that can be read") from error
    return read_booster(booster, path.name)


def _catboost(path: Path, form: str) -> GivenClassifier:
    try:
        import catboost

        from research.foreign.catboost_models import read_model
    except ImportError as error:
        raise _missing(path, "CatBoost", "catboost") from error
    model = catboost.CatBoost()
    try:
        model.load_model(str(path), format=form)
    except catboost.CatBoostError as error:
        raise TrainingError(f"{path.name} is not a CatBoost model that can be read") from error
    return read_model(model, path.name)


def _of_object(model: Any, path: Path) -> GivenClassifier:
    """An estimator by the library that it comes from."""
    library = type(model).__module__.partition(".")[0]
    if library == "xgboost":
        from research.foreign.xgboost_models import read_booster

        return read_booster(model.get_booster() if hasattr(model, "get_booster") else model, path.name)
    if library == "lightgbm":
        from research.foreign.lightgbm_models import read_booster as read_lightgbm

        return read_lightgbm(getattr(model, "booster_", model), path.name)
    if library == "catboost":
        from research.foreign.catboost_models import read_model

        return read_model(model, path.name)
    if library == "sklearn":
        from research.foreign.sklearn_models import read_estimator

        return read_estimator(model, path.name)
    raise TrainingError(f"{path.name} holds {type(model).__name__} of {library}, which is not read here")


def _missing(path: Path, library: str, extra: str) -> TrainingError:
    return TrainingError(f"{path.name} is a {library} model: install turnpoint-server[{extra}] to read it")
