"""What candidates of one model are judged by."""

from dataclasses import dataclass

from app.classifiers.forest import Forest, TreeEnsemble, joined
from app.classifiers.hosted import HostedModel
from app.engine.density import JointDensity, density_of
from app.engine.plausibility import Crowd, crowd_of
from app.engine.robustness import Judge, judge_for


@dataclass(frozen=True, slots=True)
class Yardsticks:
    """The committee with its draws, and real people of the target class.

    `forest` holds the trees of the classifier and then of the committee's members, where all of them are
    tree ensembles: exact search needs to see them.
    """

    judge: Judge
    crowd: Crowd
    density: JointDensity
    forest: Forest | None


def yardsticks_of(model: HostedModel) -> Yardsticks:
    """Made once a model, when it is loaded: takes some tenths of a second."""
    negatives = model.population.rows[~model.population.outcome]
    return Yardsticks(
        judge=judge_for(model.schema, model.committee),
        crowd=crowd_of(model.schema, negatives),
        density=density_of(model.schema, negatives),
        forest=_forest(model),
    )


def _forest(model: HostedModel) -> Forest | None:
    if isinstance(model.classifier, TreeEnsemble) and isinstance(model.committee, TreeEnsemble):
        return joined([model.classifier.forest, model.committee.forest])
    return None
