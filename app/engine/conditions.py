"""What the findings and proofs of an answer hold for."""

import math
from collections.abc import Iterator

from app.domain.counterfactual import AssumedEffect, Conditions, KeptRange, PermittedChange
from app.domain.feature import Kind
from app.domain.lever import Lever
from app.domain.patient_effects import Cause, PatientEffects, is_whole
from app.engine.preferences import Preferences
from app.engine.problem import RecourseProblem


def conditions_of(problem: RecourseProblem, preferences: Preferences) -> Conditions:
    """What may change, how far and how much of it at once, and what is assumed to follow."""
    effects = problem.levers.effects
    return Conditions(
        max_changes=problem.levers.max_changes,
        permitted=tuple(change for lever in problem.levers for change in _permitted(lever)),
        ranges=tuple(_ranges(problem, effects)) if effects else (),
        effects=tuple(_effect(effects, cause) for cause in effects.causes) if effects else (),
        min_robustness=preferences.min_robustness,
    )


def _permitted(lever: Lever) -> Iterator[PermittedChange]:
    """How far a lever goes; of a category each of its moves."""
    feature = lever.feature
    step = feature.action.step if feature.action is not None and feature.is_numeric else None
    start, *others = (feature.in_kind(float(value)) for value in lever.values)
    for end in others if feature.kind is Kind.CATEGORY else others[-1:]:
        yield PermittedChange(
            feature=feature.name, label=feature.label, start=start, end=end, step=step, unit=feature.unit
        )


def _ranges(problem: RecourseProblem, effects: PatientEffects) -> Iterator[KeptRange]:
    """Where what follows must stay; what an open lever moves itself is told beside the lever."""
    own = {lever.feature.name for lever in problem.levers}
    for place, name in enumerate(effects.driven):
        if name in own:
            continue
        low, high = (float(end) for end in problem.levers.driven_range[:, place])
        feature = problem.schema[name]
        yield KeptRange(feature=name, label=feature.label, low=_end(low), high=_end(high), unit=feature.unit)


def _end(value: float) -> float | None:
    return round(value, 6) if math.isfinite(value) else None


def _effect(effects: PatientEffects, cause: Cause) -> AssumedEffect:
    effect = cause.effect
    whole = cause.lever >= 0 and is_whole(effects.levers[cause.lever].feature)
    return AssumedEffect(
        driver=effect.driver,
        feature=effect.feature,
        mean=effect.sign * effect.mean,
        low=effect.sign * effect.low,
        high=effect.sign * effect.high,
        per=None if whole else effect.per,
        source=effect.source,
        grade=effect.grade,
    )
