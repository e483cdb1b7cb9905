"""The judge's draws: they perturb what the schema says, and nothing else."""

import numpy as np

from app.classifiers.hosted import HostedModel
from app.domain.feature import Kind
from app.engine.hosting import Hosted
from app.engine.robustness import LEAST_ADHERENCE


def test_noise_has_the_schemas_spread_and_spares_the_rest(hosted: Hosted, model: HostedModel) -> None:
    noise = hosted.yardsticks.judge.noise
    for feature in model.schema.features:
        if feature.kind is Kind.CATEGORY:
            continue
        column = noise[:, model.schema.column_of[feature.name]]
        assert 0.7 * feature.noise <= column.std() <= 1.3 * feature.noise
    categories = [i for i, name in enumerate(model.schema.columns) if "=" in name]
    assert not noise[:, categories].any()
    assert (hosted.yardsticks.judge.adherence[:, categories] == 1).all()


def test_linked_features_are_carried_out_as_far_as_their_driver(hosted: Hosted, model: HostedModel) -> None:
    share, column = hosted.yardsticks.judge.adherence, model.schema.column_of
    np.testing.assert_array_equal(share[:, column["weight"]], share[:, column["bmi"]])
    np.testing.assert_array_equal(share[:, column["waist"]], share[:, column["bmi"]])
    assert (share[:, column["moderate_activity"]] == 1).all()
    assert share.min() >= LEAST_ADHERENCE


def test_a_very_safe_row_holds_and_one_over_the_target_does_not(hosted: Hosted, model: HostedModel) -> None:
    rows = model.population.rows
    risk = model.classifier.risk(rows)
    safest, riskiest = rows[[risk.argmin()]], rows[[risk.argmax()]]
    judge = hosted.yardsticks.judge
    assert judge.refits(safest, 0.5)[0] == 1
    assert judge.refits(riskiest, 0.5)[0] == 0
    noise, adherence = judge.noise_and_adherence(model.classifier, safest[0], safest, 0.5)
    assert (noise[0], adherence[0]) == (1, 1)
