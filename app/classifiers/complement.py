"""The other way round: a model whose risk is the complement of another's (`domain.complement`)."""

from dataclasses import replace

from app.classifiers.base import Classifier, Committee
from app.classifiers.forest import TreeEnsemble
from app.classifiers.model_version import ModelVersion, Population
from app.domain.complement import complement_of
from app.domain.schema import FloatArray


class ComplementClassifier:
    """A classifier or committee whose risk is one minus another's, of any shape."""

    def __init__(self, original: Classifier) -> None:
        self._original = original

    def risk(self, rows: FloatArray) -> FloatArray:
        return 1.0 - self._original.risk(rows)


class ComplementTrees(ComplementClassifier):
    """The same of trees that can be seen: their margin with the opposite sign."""

    def __init__(self, original: Classifier, trees: TreeEnsemble) -> None:
        super().__init__(original)
        forest = trees.forest
        self.forest = forest._replace(value=-forest.value, prior=-forest.prior, slope=-forest.slope)
        self.link = trees.link.complement()


class ComplementCommittee(ComplementClassifier):
    """A committee the other way round."""

    def __init__(self, original: Committee) -> None:
        super().__init__(original)
        self.size = original.size


class ComplementCommitteeTrees(ComplementTrees):
    """A committee of trees the other way round."""

    def __init__(self, original: Committee, trees: TreeEnsemble) -> None:
        super().__init__(original, trees)
        self.size = original.size


def complement_model(model: ModelVersion) -> ModelVersion:
    """A model of the complement of the outcome, its people with it."""
    return replace(
        model,
        schema=complement_of(model.schema),
        classifier=_complement_classifier(model.classifier),
        committee=_complement_committee(model.committee),
        population=Population(model.population.rows, ~model.population.outcome),
        held_out=None,  # nobody is told their risk by it
    )


def _complement_classifier(classifier: Classifier) -> Classifier:
    if isinstance(classifier, TreeEnsemble):
        return ComplementTrees(classifier, classifier)
    return ComplementClassifier(classifier)


def _complement_committee(committee: Committee) -> Committee:
    if isinstance(committee, TreeEnsemble):
        return ComplementCommitteeTrees(committee, committee)
    return ComplementCommittee(committee)
