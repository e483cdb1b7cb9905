"""Two versions of a model of the store, compared on whom both hold out."""

from collections.abc import Mapping
from pathlib import Path

from app.classifiers.model_version import ModelVersion
from app.classifiers.store import find_version, load_model, newest_version
from app.domain.certainty import FEWEST_TOLD
from app.domain.feature_differences import feature_differences
from research.comparison.errors import ComparisonError
from research.comparison.figures import Figures, figures_of
from research.comparison.people import held_out_of_both


def load_pair(
    store: Path, name: str, versions: tuple[str, str], urls: Mapping[str, str]
) -> tuple[ModelVersion, ModelVersion]:
    """Two versions that take the same features.

    Raises:
        ModelFolderError: there is no such version, or it cannot be hosted.
        ComparisonError: it is one version twice, or their features are not the same.
    """
    if versions[0] == versions[1]:
        raise ComparisonError(f"Version {versions[0]} is compared with another one, not with itself.")
    one, other = (_loaded(store, name, version, urls) for version in versions)
    if apart := feature_differences(one.schema, other.schema):
        told = "; ".join(apart)
        raise ComparisonError(
            f"Versions {one.version} and {other.version} of {name} take other features, so they cannot be "
            f"asked about the same people: {told}."
        )
    return one, other


def compare(one: ModelVersion, other: ModelVersion) -> tuple[Figures, list[tuple[str, Figures]]]:
    """Figures of all whom both hold out, and of each group of them that is large enough.

    Raises:
        ComparisonError: they hold out nobody in common.
    """
    people = held_out_of_both(one, other)
    risks = one.classifier.risk(people.one), other.classifier.risk(people.other)
    thresholds = one.schema.model.threshold, other.schema.model.threshold
    groups = [
        (label, figures_of(people.outcome[who], (risks[0][who], risks[1][who]), thresholds))
        for label, who in people.groups
        if who.sum() >= FEWEST_TOLD
    ]
    return figures_of(people.outcome, risks, thresholds), groups


def _loaded(store: Path, name: str, version: str, urls: Mapping[str, str]) -> ModelVersion:
    home = find_version(store, f"{name}@{version}")
    by_name = urls.get(name) if home == newest_version(store / name) else None
    return load_model(home.parent, home.name, urls.get(f"{name}@{version}") or by_name)
