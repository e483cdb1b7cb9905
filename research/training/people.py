"""People of a data set in the schema's own kinds, and what was left out to get them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from app.classifiers.population import ID, WHOSE
from app.domain.errors import InvalidInputError
from app.domain.feature import Feature, Kind, MissingPolicy
from app.domain.patient import read_patient
from app.domain.schema import BoolArray, FeatureSchema, FloatArray, Value

_ARROW_TYPES = {
    Kind.NUMBER: pa.float64(),
    Kind.INTEGER: pa.int32(),
    Kind.BOOLEAN: pa.bool_(),
    Kind.CATEGORY: pa.string(),
}


@dataclass(frozen=True, slots=True)
class Participant:
    """One participant: id, every feature of the schema (None where unknown), label.

    `id` is what the data set calls the person: rows of one id are one person. `site` is where they were
    examined, in a data set of several sites; neither is a feature.
    """

    id: str
    values: dict[str, Value]
    outcome: bool
    site: str | None = None
    weight: float | None = None
    """For how many people of the population the person stands in a survey; figures heed it, fits do not."""


@dataclass(slots=True)
class Tally:
    """How many people were dropped and why, and how many values were put to unknown, by feature."""

    dropped: dict[str, int] = field(default_factory=dict)
    out_of_range: dict[str, int] = field(default_factory=dict)

    def drop(self, reason: str, people: int = 1) -> None:
        self.dropped[reason] = self.dropped.get(reason, 0) + people

    def lose(self, feature: str, values: int) -> None:
        if values:
            self.out_of_range[feature] = self.out_of_range.get(feature, 0) + values


def admit(schema: FeatureSchema, candidates: Iterable[Participant], tally: Tally) -> list[Participant]:
    """The people whom the service itself would accept, in the order given.

    Those with a required feature missing, or whose values contradict one another, are dropped and
    counted in `tally`. Nobody stays whom `read_patient` refuses.
    """
    kept = []
    for person in candidates:
        absent = [feature.label for feature in schema.features if _is_lacking(feature, person)]
        fault = None if absent else _contradiction(schema, person)
        if absent:
            tally.drop(f"{absent[0].lower()} is missing")
        elif fault is not None:
            tally.drop(fault)
        else:
            kept.append(person)
    return kept


def _is_lacking(feature: Feature, person: Participant) -> bool:
    # A derived feature is required here too: in a data set it was measured, not computed.
    return person.values[feature.name] is None and feature.missing is not MissingPolicy.UNKNOWN


def _contradiction(schema: FeatureSchema, person: Participant) -> str | None:
    try:
        read_patient(schema, person.values)
    except InvalidInputError as error:
        first = error.issues[0]
        return f"{first.pointer.removeprefix('/features/')} {first.detail}"
    return None


def rows_of(schema: FeatureSchema, people: Sequence[Participant]) -> FloatArray:
    """The people as the classifier sees them: shape (people, columns), NaN where unknown."""
    return np.stack([schema.encode(person.values) for person in people])


def outcomes_of(people: Sequence[Participant]) -> BoolArray:
    return np.array([person.outcome for person in people], dtype=bool)


def sites_of(people: Sequence[Participant]) -> list[str]:
    """The sites of a data set in alphabetical order; none where people have none."""
    return sorted({person.site for person in people if person.site is not None})


def missing_by_feature(schema: FeatureSchema, people: Sequence[Participant]) -> dict[str, int]:
    """How many people lack each feature; features that nobody lacks are left out."""
    counts = {f.name: sum(person.values[f.name] is None for person in people) for f in schema.features}
    return {name: count for name, count in counts.items() if count}


def write_people(
    schema: FeatureSchema, people: Sequence[Participant], path: Path, with_numbers: bool
) -> None:
    """Write a Parquet file: every feature in its own kind with nulls for unknown, `outcome`.

    `site` comes last, where people have one. `seqn` comes first where the ids are public numbers; ids of a
    hospital's own people stay with the hospital. Where somebody has several rows, `person` numbers people
    from 0, so that what is done with the file later keeps a person's rows together.
    """
    fields = [(feature.name, _ARROW_TYPES[feature.kind]) for feature in schema.features]
    numbers = {own_id: number for number, own_id in enumerate(dict.fromkeys(person.id for person in people))}
    has_several = len(numbers) < len(people)
    columns = pa.schema(
        [
            *([(ID, pa.int32())] if with_numbers else []),
            *([(WHOSE, pa.int32())] if has_several else []),
            *fields,
            ("outcome", pa.bool_()),
            *([("site", pa.string())] if sites_of(people) else []),
        ]
    )
    rows = [
        {
            **({ID: int(person.id)} if with_numbers else {}),
            WHOSE: numbers[person.id],
            **person.values,
            "outcome": person.outcome,
            "site": person.site,
        }
        for person in people
    ]
    pq.write_table(pa.Table.from_pylist(rows, schema=columns), path, compression="zstd")
