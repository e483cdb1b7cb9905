"""The end of a run: whether a version may be written, and its place in the model store."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.classifiers.folder import OLD
from app.domain.schema import FeatureSchema
from research.training.errors import TrainingError


def pass_gate(schema: FeatureSchema, metrics: Mapping[str, Any]) -> None:
    """Refuse a classifier that is not as good as its owner asks in task.toml, if they ask.

    Raises:
        TrainingError: it is not.
    """
    least, auc = schema.gate.min_roc_auc, metrics["held_out"]["roc_auc"]
    if least is None or (auc is not None and auc["value"] >= least):
        return
    measured = "cannot be told" if auc is None else f"is {auc['value']:.3f}"
    raise TrainingError(
        f"ROC-AUC on held-out people {measured}; [gate] in task.toml asks for a min_roc_auc of {least:.2f}."
    )


def carry_adapter(old: Path, new: Path) -> None:
    """Take a language model's adapter along to a version whose classifier is the same, byte for byte.

    To another classifier's questions it would give answers that it was never taught.
    """
    adapter, name = old / "adapter", "classifier.ubj"
    if adapter.exists() and (old / name).read_bytes() == (new / name).read_bytes():
        shutil.copytree(adapter, new / "adapter")


def swap(partial: Path, home: Path) -> None:
    """Put the finished folder in the old one's place, or the old one back if that fails or is broken off.

    Raises:
        TrainingError: it fails.
    """
    old = home.with_name(f"{home.name}{OLD}")
    try:
        if home.exists():
            shutil.rmtree(old, ignore_errors=True)
            home.rename(old)
        partial.rename(home)
    except OSError as error:
        raise TrainingError(f"{home} could not be replaced.") from error
    finally:
        if old.exists() and not home.exists():
            old.rename(home)
    shutil.rmtree(old, ignore_errors=True)
