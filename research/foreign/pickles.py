"""Estimators from files: skops, which runs nothing, or a pickle that its owner vouches for."""

from pathlib import Path
from typing import Any

from research.training.errors import TrainingError

_HARMLESS = (
    "numpy.dtype",
    "sklearn._loss.",
    "sklearn.calibration.",
    "sklearn.ensemble._hist_gradient_boosting.",
    "sklearn.ensemble._gb.",
    "sklearn.tree.",
)
"""What holds numbers alone; skops does not list it itself."""


def read_skops(path: Path) -> Any:
    """The estimator of a skops file.

    Raises:
        TrainingError: skops is not installed, or the file is none or holds types that nobody vouches for.
    """
    try:
        import skops.io as sio
    except ImportError as error:
        raise TrainingError(
            f"{path.name} is a skops file: install turnpoint-server[sklearn] to read it"
        ) from error
    try:
        unknown = sio.get_untrusted_types(file=path)
        strange = [one for one in unknown if not one.startswith(_HARMLESS)]
        if strange:
            raise TrainingError(
                f"{path.name} holds types that are not scikit-learn's, such as {strange[0]}: it is not loaded"
            )
        return sio.load(path, trusted=unknown)
    except TrainingError:
        raise
    except Exception as error:  # whatever a broken file makes it do
        raise TrainingError(f"{path.name} is not a skops file that can be read") from error


def read_pickle(path: Path, trusts_pickle: bool) -> Any:
    """The object of a pickle or joblib file.

    Raises:
        TrainingError: nobody vouches for the file, or it cannot be loaded.
    """
    if not trusts_pickle:
        raise TrainingError(
            f"{path.name} is a pickle, and loading one runs whatever code is in it: save the classifier with "
            "skops, or in its library's own format, or say that you trust the file (--trust-pickle)"
        )
    import joblib

    try:
        return joblib.load(path)
    except Exception as error:  # whatever is in it
        raise TrainingError(
            f"{path.name} cannot be loaded here: its libraries may be missing, or of another version"
        ) from error
