"""From a candidate's levels to what a clinician reads: changes, linked changes, the whole vector."""

from collections.abc import Mapping

import numpy as np

from app.domain.consequences import rounded
from app.domain.counterfactual import BroughtAlong, Change
from app.domain.links import RuleLink
from app.domain.patient_effects import Contained
from app.domain.schema import IntArray, Value
from app.domain.tolerances import VALUE_SLACK
from app.engine.problem import RecourseProblem

_SLOPE = "a slope among the people of the model's data"


def changes_of(problem: RecourseProblem, levels: IntArray) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """The actionable changes of one candidate, and the linked features that move along."""
    after = features_of(problem, levels)
    changes, linked = [], []
    for lever, level in zip(problem.levers, levels, strict=True):
        if level == 0:
            continue
        changes.append(change_to(problem, lever.feature.name, after))
        for link in problem.schema.links_by_driver.get(lever.feature.name, ()):
            stays = isinstance(link, RuleLink) and after[link.feature] == problem.patient.values[link.feature]
            if after[link.feature] is not None and not stays:
                linked.append(change_to(problem, link.feature, after))
    return tuple(changes), tuple(linked)


def changes_and_rest(
    problem: RecourseProblem, levels: IntArray
) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """The actionable changes of one candidate, and all else that moves with them, in the schema's order."""
    after, before = features_of(problem, levels), problem.patient.values
    own = [lever.feature.name for lever, level in zip(problem.levers, levels, strict=True) if level]
    rest = [name for name in problem.schema.by_name if name not in own and after[name] != before[name]]
    changes, along = (tuple(change_to(problem, name, after) for name in names) for names in (own, rest))
    return changes, along


def brought_along(problem: RecourseProblem, levels: IntArray) -> tuple[BroughtAlong, ...]:
    """What follows from a candidate's changes by published effects, in the schema's order.

    With mean effects, and between which values it lies where all effects are at one end of their intervals.
    """
    effects = problem.levers.effects
    if effects is None:
        return ()
    after, ends = features_of(problem, levels), problem.levers.at_ends_of_effects(levels)
    moved = {lever.feature.name for lever, level in zip(problem.levers, levels, strict=True) if level}
    told = []
    for place, name in enumerate(effects.driven):
        link = problem.schema.link_of.get(name)
        of_the_option = name in moved or (link is not None and link.driver in moved)
        if of_the_option or after[name] == problem.patient.values[name]:
            continue
        precision = problem.schema[name].precision
        low, high = (rounded(float(value), precision, 0) for value in np.sort(ends[:, place]))
        behind = effects.behind(name, levels.tolist())
        told.append(
            BroughtAlong(
                **dict(change_to(problem, name, after)),
                low=low,
                high=high,
                drivers=tuple(dict.fromkeys(behind.drivers)),
                sources=tuple(
                    dict.fromkeys(
                        [
                            *(effect.source for effect in behind.effects),
                            *(f"{problem.schema[one].label}: {_SLOPE}" for one in behind.slopes),
                        ]
                    )
                ),
                judgement=tuple(dict.fromkeys(e.judgement for e in behind.effects if e.judgement)),
                grade=max(effect.grade for effect in behind.effects),
                lag="; ".join(dict.fromkeys(effect.lag for effect in behind.effects)),
            )
        )
    order = list(problem.schema.by_name)
    return tuple(sorted(told, key=lambda one: order.index(one.feature)))


def contained(problem: RecourseProblem, levels: IntArray) -> tuple[Contained, ...]:
    """Effects of a candidate that are not added, since another of its changes says where the feature ends."""
    effects = problem.levers.effects
    return effects.contained(levels.tolist()) if effects else ()


def features_of(problem: RecourseProblem, levels: IntArray) -> Mapping[str, Value]:
    """The whole changed feature vector of one candidate."""
    row = problem.levers.rows(levels[None, :])[0]
    return problem.schema.decode(row, problem.levers.factual, problem.patient.values)


def broken_relations(problem: RecourseProblem, levels: IntArray) -> list[str]:
    """The relations that a candidate goes beyond, and further beyond than the patient is; by their names."""
    before, after = problem.levers.factual, problem.levers.rows(levels[None, :])[0]
    column, broken = problem.schema.column_of, []
    for relation in problem.schema.relations:
        total = sum(factor * after[column[name]] for name, factor in relation.terms.items())
        as_is = sum(factor * before[column[name]] for name, factor in relation.terms.items())
        if total > max(relation.bound, as_is) + VALUE_SLACK:  # never so where a value is not known
            broken.append(relation.name)
    return broken


def outside_range(problem: RecourseProblem, levels: IntArray) -> list[str]:
    """The features that follow, and that a candidate takes out of the range in which they must stay."""
    levers = problem.levers
    if levers.effects is None:
        return []
    after = levers.rows(levels[None, :])[0, levers.consequences.column]
    low, high = levers.driven_range
    outside = ((after < low) | (after > high)) & (after != levers.consequences.start)
    return [name for name, is_out in zip(levers.effects.driven, outside, strict=True) if is_out]


def change_to(problem: RecourseProblem, name: str, after: Mapping[str, Value]) -> Change:
    """A feature before and after."""
    feature = problem.schema[name]
    before, now = problem.patient.values[name], after[name]
    delta = None
    if feature.is_numeric and before is not None and now is not None:
        delta = round(float(now) - float(before), 6)
    return Change(feature=name, label=feature.label, before=before, after=now, delta=delta, unit=feature.unit)
