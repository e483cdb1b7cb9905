"""Where a job's people come from, cut into chunks."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from app.classifiers.model_version import ModelVersion
from app.classifiers.partitions import Side, people_of
from app.domain.errors import MOST_FAULTS, InvalidInputError, ValidationIssue
from app.domain.patient import read_patient
from app.domain.schema import FeatureSchema
from app.storage.tables import Json
from app.usecases.augmentation.columns import Others, RawRow, raw_row
from app.usecases.augmentation.label import Label
from app.usecases.augmentation.repository import AugmentationRepository
from app.usecases.augmentation.schemas import (
    AugmentationRequest,
    OnInvalid,
    PopulationSource,
    RowsSource,
    UploadSource,
)

CHUNK = 64
"""Source rows of one task."""


@dataclass
class Sources:
    """A job's chunks; `invalid` are the numbers of rows that are left out."""

    chunks: list[list[Json]] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    upload_id: UUID | None = None
    invalid: list[int] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(self.sizes)


async def sources_of(
    request: AugmentationRequest, model: ModelVersion, repository: AugmentationRepository
) -> Sources:
    """The people of a job, no more than `max_rows` can come of.

    Raises:
        InvalidInputError: rows that do not fit the model's schema, unless they shall be skipped; an upload
            that is not there or was checked against another model.
    """
    most = max(1, request.max_rows // request.per_row)
    source = request.source
    if isinstance(source, UploadSource):
        return await _of_upload(source, request.on_invalid, model, repository, most)
    if isinstance(source, PopulationSource):
        return await asyncio.to_thread(_of_population, model, request.target_label, most)
    return await asyncio.to_thread(_of_rows, source, request.on_invalid, model.schema, most)


def checked(
    schema: FeatureSchema, rows: Iterable[RawRow], pointer: str
) -> Iterator[tuple[RawRow, Json | None, list[ValidationIssue]]]:
    """Each row in the schema's own kinds, or what is wrong with it; pointers are `pointer`/row/feature."""
    for row in rows:
        place = f"{pointer}/{row.number}"
        faults = {f"{place}{within}": why for within, why in row.faults}
        try:
            patient = read_patient(schema, row.values, place)
        except InvalidInputError as error:
            faults = {fault.pointer: fault.detail for fault in error.issues} | faults
        if faults:
            yield row, None, [ValidationIssue(pointer, why) for pointer, why in faults.items()]
        else:
            own = {} if row.source_id is None else {"id": row.source_id}
            yield row, {"row": row.number, "features": dict(patient.values), **own}, []


def _of_rows(source: RowsSource, on_invalid: OnInvalid, schema: FeatureSchema, most: int) -> Sources:
    if fault := _id_fault(source, schema):
        raise InvalidInputError.at("/source/id_column", fault)
    people: list[Json] = []
    faults: list[ValidationIssue] = []
    invalid: list[int] = []
    others = Others(source.id_column, frozenset(source.ignore_columns))
    rows = (raw_row(number, values, others) for number, values in enumerate(source.rows))
    for row, person, wrong in checked(schema, rows, "/source/rows"):
        if person is None:
            invalid.append(row.number)
            faults += wrong[: MOST_FAULTS - len(faults)]
            if len(faults) == MOST_FAULTS and on_invalid is OnInvalid.REJECT:
                break
        else:
            people.append(person)
    if invalid and on_invalid is OnInvalid.REJECT:
        raise InvalidInputError(faults)
    return _cut(people[:most], invalid)


def _id_fault(source: RowsSource, schema: FeatureSchema) -> str | None:
    if source.id_column is None:
        return None
    if source.id_column in schema:
        return "is a feature of this model"
    return None if any(source.id_column in row for row in source.rows) else "is a key of no row"


def _of_population(model: ModelVersion, label: Label, most: int) -> Sources:
    """People whom the classifier puts in the other class, numbered as in the population's file."""
    threshold = model.schema.model.threshold
    people = [
        {"row": number, "features": person.features}
        for number, person in enumerate(people_of(model, Side.TRAINING))
        if (person.risk > threshold) == (label is Label.LOW)
    ]
    return _cut(people[:most], [])


async def _of_upload(
    source: UploadSource,
    on_invalid: OnInvalid,
    model: ModelVersion,
    repository: AugmentationRepository,
    most: int,
) -> Sources:
    upload = await repository.upload(source.upload_id)
    if upload is None:
        raise InvalidInputError.at("/source/upload_id", "is not the id of an upload")
    if upload.model_digest != model.digest:
        raise InvalidInputError(
            [
                ValidationIssue(
                    "/source/upload_id", "was checked against another model: upload it for this one"
                )
            ]
        )
    sources = Sources(upload_id=upload.id)
    faults: list[ValidationIssue] = []
    async for chunk in repository.upload_chunks(upload.id):
        if (room := most - sources.total) > 0:  # also where nobody is valid: numbers are the upload's
            sources.chunks.append([])
            sources.sizes.append(min(len(chunk.people), room))
        sources.invalid += [fault["row"] for fault in chunk.faults]
        wrong = [_with_line(one, fault.get("line")) for fault in chunk.faults for one in fault["errors"]]
        faults += wrong[: MOST_FAULTS - len(faults)]
    if sources.invalid and on_invalid is OnInvalid.REJECT:
        raise InvalidInputError(faults)
    return sources


def _with_line(error: Json, line: int | None) -> ValidationIssue:
    detail = error["detail"] if line is None else f"{error['detail']} (line {line})"
    return ValidationIssue(error["pointer"], detail)


def _cut(people: Sequence[Json], invalid: list[int]) -> Sources:
    chunks = [list(people[start : start + CHUNK]) for start in range(0, len(people), CHUNK)]
    return Sources(chunks, [len(chunk) for chunk in chunks], None, invalid)
