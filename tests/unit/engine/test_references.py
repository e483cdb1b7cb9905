"""Trees of many leaves are asked in batches: a proof would take longer than anybody waits."""

from dataclasses import replace

import numpy as np
from sklearn.ensemble import RandomForestClassifier

from app.classifiers.forest_file import ForestClassifier, ForestCommittee
from app.classifiers.model_version import ModelVersion
from app.engine.references import MOST_LEAVES, reference_data_of
from research.foreign.sklearn_models import read_estimator


def with_forest_of(model: ModelVersion, most_leaves: int) -> ModelVersion:
    """The model with a random forest in its classifier's place, and itself as the only refit."""
    rows, outcome = model.population.rows, model.population.outcome
    fitted = RandomForestClassifier(2, max_leaf_nodes=most_leaves, random_state=1).fit(
        rows, outcome.astype(int)
    )
    given = read_estimator(fitted, "random forest")
    hosted = ForestClassifier(given.forest, given.link)
    return replace(model, classifier=hosted, committee=ForestCommittee(given.forest, given.link))


def test_trees_of_few_leaves_are_searched_and_deep_ones_are_not(model: ModelVersion) -> None:
    few = reference_data_of(with_forest_of(model, MOST_LEAVES))
    assert few.forest is not None
    assert few.links.classifier == few.links.refits
    assert np.isclose(few.links.classifier.slope, 0.5)
    assert reference_data_of(with_forest_of(model, MOST_LEAVES + 1)).forest is None
