"""What has to hold of a classifier whose inside is not seen, found by asking it about people."""

from collections.abc import Sequence

import numpy as np

from app.classifiers.base import Classifier, ClassifierError
from app.domain.feature import Feature, MissingPolicy
from app.domain.schema import FeatureSchema, FloatArray
from app.domain.wording import and_list

SAME = 1e-6
"""Of a risk: with other people beside them, numbers add up in another order in single precision."""
_ALONE = 20
"""People who are asked about one by one as well."""


def check_repeatable(classifier: Classifier, rows: FloatArray) -> None:
    """A person has one risk: asked twice, in any company and alone.

    Raises:
        ClassifierError: that is not so; half a sentence that says what is wrong. Or nobody could be scored.
    """
    risks = classifier.risk(rows)
    if not np.array_equal(risks, classifier.risk(rows)):
        raise ClassifierError("gives the same people other risks when it is asked again")
    backwards = classifier.risk(rows[::-1])[::-1]
    alone = [classifier.risk(row[None])[0] for row in rows[:_ALONE]]
    apart = max(np.abs(backwards - risks).max(initial=0), np.abs(alone - risks[:_ALONE]).max(initial=0))
    if apart > SAME:
        raise ClassifierError(
            f"gives a person another risk when others are asked about beside them, by up to {apart:.2g}"
        )


def check_unknown(classifier: Classifier, schema: FeatureSchema, rows: FloatArray) -> None:
    """Whoever may have an unknown value gets a risk.

    Raises:
        ClassifierError: some do not; half a sentence that names the features.
    """
    may_be = [feature for feature in schema.features if feature.missing is MissingPolicy.UNKNOWN]
    if refused := not_taken(classifier, schema, rows, may_be):
        raise ClassifierError(
            f"gives no risk to a person of whom {and_list(refused)} is unknown, but task.toml lets that be: "
            "take out the line `missing`"
        )


def not_taken(
    classifier: Classifier, schema: FeatureSchema, rows: FloatArray, features: Sequence[Feature]
) -> list[str]:
    """Those of some features, by name, without whose value the classifier gives some of these people no risk.

    Where each may be unknown alone but not all of them together, it is all of them.
    """
    some = rows[:_ALONE]
    refused = [one.name for one in features if not _scores(classifier, _without(schema, some, [one]))]
    if refused or _scores(classifier, _without(schema, some, features)):
        return refused
    return [one.name for one in features]


def _scores(classifier: Classifier, rows: FloatArray) -> bool:
    try:
        classifier.risk(rows)
    except ClassifierError:
        return False
    return True


def _without(schema: FeatureSchema, rows: FloatArray, features: Sequence[Feature]) -> FloatArray:
    unknown = {column for feature in features for column in feature.columns}
    return np.where([column in unknown for column in schema.columns], np.nan, rows)
