"""From a candidate's levels to what a clinician reads: changes, linked changes, the whole vector."""

from collections.abc import Mapping

from app.domain.counterfactual import Change
from app.domain.feature import Kind
from app.domain.schema import IntArray, Value
from app.engine.question import Question


def changes_of(question: Question, levels: IntArray) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """The actionable changes of one candidate, and the linked features that move along."""
    after = features_of(question, levels)
    changes, linked = [], []
    for lever, level in zip(question.levers, levels, strict=True):
        if level == 0:
            continue
        changes.append(_change(question, lever.feature.name, after))
        for link in question.schema.links_by_driver.get(lever.feature.name, ()):
            if after[link.feature] is not None:
                linked.append(_change(question, link.feature, after))
    return tuple(changes), tuple(linked)


def features_of(question: Question, levels: IntArray) -> Mapping[str, Value]:
    """The whole changed feature vector of one candidate."""
    row = question.levers.rows(levels[None, :])[0]
    return question.schema.decode(row, question.patient.values)


def _change(question: Question, name: str, after: Mapping[str, Value]) -> Change:
    feature = question.schema[name]
    before, now = question.patient.values[name], after[name]
    delta = None
    if feature.kind is not Kind.BOOLEAN and before is not None and now is not None:
        delta = round(float(now) - float(before), 6)
    return Change(name, feature.label, before, now, delta, feature.unit)
