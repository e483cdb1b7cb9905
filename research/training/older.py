"""The versions of a model that a new one is told beside."""

import json
from functools import partial
from pathlib import Path

import xgboost

from app.classifiers.training_procedure import risk_of
from app.domain.schema import FeatureSchema
from research.training.fitted import Risk


def older_classifiers(home: Path, schema: FeatureSchema) -> dict[str, Risk]:
    """The classifiers of older versions beside `home` on the same columns, by version; the newest first."""
    before = int(schema.model.version)
    versions = [path.parent for path in home.parent.glob("*/manifest.json") if path.parent.name.isdecimal()]
    older = sorted((one for one in versions if int(one.name) < before), key=lambda one: -int(one.name))
    return {
        version.name: partial(risk_of, xgboost.Booster(model_file=version / "classifier.ubj"))
        for version in older
        if (version / "classifier.ubj").exists() and _columns_of(version) == list(schema.columns)
    }


def _columns_of(version: Path) -> list[str]:
    columns: list[str] = json.loads((version / "manifest.json").read_text(encoding="utf-8"))["columns"]
    return columns
