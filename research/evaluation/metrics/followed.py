"""An option's changes, wherever they end, with all that follows from them by links and published effects."""

from collections.abc import Mapping

import numpy as np

from app.domain.causes import CausalModel, rounding_of
from app.domain.consequences import rounded
from app.domain.constraints import read_constraints
from app.domain.lever import Lever
from app.domain.levers import Causes, Levers
from app.domain.patient import Patient
from app.domain.schema import FeatureSchema, FloatArray, IntArray
from research.evaluation.benchmark_setup.feasible_ranges import known, number, slope_of


def followed(schema: FeatureSchema, patient: Patient, asked: Mapping[str, float]) -> Levers:
    """Levers of two levels each: as things are, and the value that is asked for, on any grid or none.

    Of them all at level 1, `rows` and `drawn_rows` give the option with what follows from it.
    """
    columns = len(schema.columns)
    items = tuple(_lever(schema, patient, name, value) for name, value in asked.items())
    causes = Causes(CausalModel(schema, patient), read_constraints(schema, None, None, None))
    return Levers(
        factual=patient.factual,
        items=items,
        relation_terms=np.empty((0, columns)),
        relation_bounds=np.empty(0),
        max_changes=len(items),
        causes=causes if schema.effects else None,
    )


def all_taken(levers: Levers) -> IntArray:
    """The candidate that takes every one of these levers, shape (1, levers)."""
    return np.ones((1, len(levers)), dtype=np.int64)


def _lever(schema: FeatureSchema, patient: Patient, name: str, value: float) -> Lever:
    feature, start = schema[name], number(patient.values, name)
    links = [
        link
        for link in schema.links_by_driver.get(name, ())
        if known(patient.values, link.feature) is not None
    ]
    after = [value]
    for link in links:
        moved = number(patient.values, link.feature) + slope_of(link, patient.values) * (value - start)
        precision, towards = schema[link.feature].precision, rounding_of(schema, patient, link.feature)
        after.append(rounded(moved, precision, towards))
    places = np.array([schema.column_of[one] for one in (name, *(link.feature for link in links))])
    return Lever(
        feature=feature,
        columns=places,
        rows=np.array([patient.factual[places], after]),
        values=np.array([start, value]),
        effort=np.array([0.0, _effort(schema, patient, name, value - start)]),
        steps=np.array([0, int(np.sign(value - start))]),
    )


def _effort(schema: FeatureSchema, patient: Patient, name: str, change: float) -> float:
    """As of a lever, steps in fractions; not a number where there is no action that is this person's."""
    own = schema[name].action
    action = own and own.for_person(patient.values)
    if action is None:
        return float("nan")
    steps = 1.0 if action.whole else abs(change) / action.step
    return schema.model.effort_per_change + action.effort * steps


def rounded_row(schema: FeatureSchema, factual: FloatArray, row: FloatArray) -> FloatArray:
    """A row with every moved value at the precision of its feature, shape (columns,)."""
    result = row.copy()
    for name, column in schema.column_of.items():
        if not np.isnan(row[column]) and row[column] != factual[column]:
            result[column] = rounded(float(row[column]), schema[name].precision, 0)
    return result
