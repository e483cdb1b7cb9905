"""What candidates of one model are measured against."""

from dataclasses import dataclass

from app.classifiers.forest import Forest, TreeEnsemble, joined
from app.classifiers.link import Links
from app.classifiers.model_version import ModelVersion
from app.engine.density import JointDensity, density_of
from app.engine.plausibility import ReferencePopulation, reference_population_of
from app.engine.robustness import RobustnessEvaluator, evaluator_for

MOST_LEAVES = 64
"""Of a tree, on average: the exact search compares the leaves of a tree with one another, so that with many
more nobody could wait for a proof. A tree of depth 6 has so many."""


@dataclass(frozen=True, slots=True)
class ReferenceData:
    """The committee with its draws, and real people of the target class.

    `forest` holds the trees of the classifier and then of the committee's members, where all of them are
    tree ensembles, of no more than `MOST_LEAVES`: exact search needs to see them. `links` says how their
    margins become risks.
    """

    evaluator: RobustnessEvaluator
    population: ReferencePopulation
    density: JointDensity
    forest: Forest | None
    links: Links


def reference_data_of(model: ModelVersion) -> ReferenceData:
    """Made once a model, when it is loaded: takes some tenths of a second."""
    negatives = model.population.rows[~model.population.outcome]
    return ReferenceData(
        evaluator=evaluator_for(model.schema, model.committee),
        population=reference_population_of(model.schema, negatives),
        density=density_of(model.schema, negatives),
        forest=_forest(model),
        links=_links(model),
    )


def _forest(model: ModelVersion) -> Forest | None:
    if isinstance(model.classifier, TreeEnsemble) and isinstance(model.committee, TreeEnsemble):
        forest = joined([model.classifier.forest, model.committee.forest])
        leaves = int((forest.left == -1).sum())
        return forest if leaves <= MOST_LEAVES * len(forest.root) else None
    return None


def _links(model: ModelVersion) -> Links:
    if isinstance(model.classifier, TreeEnsemble) and isinstance(model.committee, TreeEnsemble):
        return Links(model.classifier.link, model.committee.link)
    return Links()
