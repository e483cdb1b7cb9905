"""The judge's draws: they perturb what the schema says, and nothing else."""

import numpy as np

from app.classifiers.model_version import ModelVersion
from app.classifiers.partitions import Side, people_of
from app.domain.feature import Kind
from app.engine.problem import problem_about
from app.engine.registry import ServedModel
from app.engine.robustness import LEAST_ADHERENCE, NOISE_DRAWS


def test_noise_has_the_schemas_spread_and_spares_the_rest(served: ServedModel, model: ModelVersion) -> None:
    noise = served.references.evaluator.draws.noise[:NOISE_DRAWS]
    for feature in model.schema.features:
        if feature.kind is Kind.CATEGORY:
            continue
        column = noise[:, model.schema.column_of[feature.name]]
        assert 0.7 * feature.noise <= column.std() <= 1.3 * feature.noise
    categories = [i for i, name in enumerate(model.schema.columns) if "=" in name]
    assert not noise[:, categories].any()
    assert (served.references.evaluator.draws.adherence[:, categories] == 1).all()


def test_linked_features_are_carried_out_as_far_as_their_driver(
    served: ServedModel, model: ModelVersion
) -> None:
    share, column = served.references.evaluator.draws.adherence, model.schema.column_of
    np.testing.assert_array_equal(share[:, column["weight"]], share[:, column["bmi"]])
    np.testing.assert_array_equal(share[:, column["waist"]], share[:, column["bmi"]])
    assert (share[:, column["moderate_activity"]] == 1).all()
    assert share.min() >= LEAST_ADHERENCE


def test_a_very_safe_row_holds_and_one_over_the_target_does_not(
    served: ServedModel, model: ModelVersion
) -> None:
    rows = model.population.rows
    risk = model.classifier.risk(rows)
    safest, riskiest = rows[[risk.argmin()]], rows[[risk.argmax()]]
    evaluator = served.references.evaluator
    assert evaluator.refits(safest, 0.5)[0] == 1
    assert evaluator.refits(riskiest, 0.5)[0] == 0
    problem = problem_about(model, people_of(model, Side.TRAINING)[int(risk.argmin())].features)
    noise, adherence = evaluator.noise_and_adherence(
        model.classifier, problem.levers, problem.unchanged, problem.target
    )
    assert (noise[0], adherence[0]) == (1, 1)
