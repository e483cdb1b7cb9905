"""What of a changed row follows from the rest of it, by links and by published effects."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from app.domain.causes import CausalModel, rounding_of
from app.domain.consequences import rounded, work_out_all
from app.domain.feature import Feature
from app.domain.patient import Patient, read_patient
from app.domain.patient_effects import effects_over
from app.domain.schema import FeatureSchema, FloatArray, IntArray
from app.domain.tolerances import SAME
from research.evaluation.benchmark_setup.feasible_ranges import known, slope_of
from research.evaluation.benchmark_setup.people import BenchmarkPerson

TOLERANCE = 1e-5


@dataclass(frozen=True, slots=True)
class _Move:
    """A changed feature as a lever of one level, and where its links take others."""

    feature: Feature
    columns: IntArray
    rows: FloatArray


def followers(schema: FeatureSchema, person: BenchmarkPerson, row: FloatArray) -> set[str]:
    """The features that are where links and effects take them, to within rounding; and what is unknown.

    Of features that can follow, those alone: an actionable one (weight, which activity moves too) follows
    where its value is what other changes bring about, and is changed itself where it is any other.
    """
    own = [f.name for f in schema.actionable if _is_moved(schema, person, row, f.name)]
    if schema.effects:
        for name in [name for name in schema.consequence_order if name in own]:
            others = [other for other in own if other != name]
            if _is_at(schema, row, name, _expected(schema, person, row, others)):
                own = others
    expected = _expected(schema, person, row, own)
    return {
        name
        for name in schema.consequence_order
        if name not in own and (_is_unknown(schema, person, name) or _is_at(schema, row, name, expected))
    }


def _is_moved(schema: FeatureSchema, person: BenchmarkPerson, row: FloatArray, name: str) -> bool:
    before, after = (values[schema.column_of[name]] for values in (person.row, row))
    return bool(abs(after - before) > TOLERANCE * max(1.0, abs(before)))


def _is_unknown(schema: FeatureSchema, person: BenchmarkPerson, name: str) -> bool:
    link = schema.link_of.get(name)
    return known(person.values, name) is None or (
        link is not None and known(person.values, link.driver) is None
    )


def _is_at(schema: FeatureSchema, row: FloatArray, name: str, expected: FloatArray) -> bool:
    column = schema.column_of[name]
    slack = schema[name].precision / 2 + TOLERANCE * abs(expected[column]) + SAME
    return bool(abs(row[column] - expected[column]) <= slack)


def _expected(
    schema: FeatureSchema, person: BenchmarkPerson, row: FloatArray, own: Sequence[str]
) -> FloatArray:
    """The person's row once these features are moved as in `row`, with all that follows."""
    moves = [_move(schema, person, row, name) for name in own]
    expected = person.row.copy()
    for move in moves:
        expected[move.columns] = move.rows[1]
    if schema.effects and moves:
        patient = read_patient(schema, person.values)
        told_moves = [_as_told(schema, patient, move) for move in moves]
        effects = effects_over(CausalModel(schema, patient), told_moves)
        if effects.driven:
            told = effects.as_told
            expected[told.column] = work_out_all(told, np.ones((1, len(moves)), dtype=np.int64))[0]
    return expected


def _move(schema: FeatureSchema, person: BenchmarkPerson, row: FloatArray, name: str) -> _Move:
    names, values = [name], [float(row[schema.column_of[name]])]
    change = values[0] - float(person.row[schema.column_of[name]])
    for linked, slope in _linked(schema, person, name):
        names.append(linked)
        values.append(float(person.row[schema.column_of[linked]]) + slope * change)
    columns = np.array([schema.column_of[one] for one in names], dtype=np.int64)
    return _Move(schema[name], columns, np.array([person.row[columns], values]))


def _as_told(schema: FeatureSchema, patient: Patient, move: _Move) -> _Move:
    """The move with linked values rounded: effects go by values as they are told."""
    own, *linked = move.rows[1].tolist()
    names = [schema.columns[column] for column in move.columns.tolist()[1:]]
    told = [
        rounded(value, schema[name].precision, rounding_of(schema, patient, name))
        for name, value in zip(names, linked, strict=True)
    ]
    return replace(move, rows=np.array([move.rows[0], [own, *told]]))


def _linked(schema: FeatureSchema, person: BenchmarkPerson, name: str) -> Iterator[tuple[str, float]]:
    for link in schema.links_by_driver.get(name, ()):
        if not _is_unknown(schema, person, link.feature):
            yield link.feature, slope_of(link, person.values)
