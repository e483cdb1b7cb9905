"""Taking tables in: streamed to disk, checked row by row, kept in chunks for workers anywhere."""

import asyncio
import hashlib
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from app.audit.events import Access, Action, Entity
from app.audit.noting import note_access
from app.classifiers.model_version import ModelVersion
from app.domain.errors import MOST_FAULTS, InvalidInputError, ValidationIssue
from app.domain.ids import uuid7
from app.domain.schema import FeatureSchema
from app.storage.augmentation_tables import UploadChunkRow, UploadRow
from app.storage.database import TenantDatabase
from app.storage.tables import Json
from app.usecases.augmentation.columns import RawRow
from app.usecases.augmentation.repository import AugmentationRepository
from app.usecases.augmentation.schemas import RowFault, Upload
from app.usecases.augmentation.sources import CHUNK, checked

TableReader = Callable[[Path, FeatureSchema], Iterator[RawRow]]

_AT_ONCE = 50
"""Chunks written by one statement."""


class UploadTooLargeError(ValueError):
    """More bytes than are taken in."""


class NoRoomError(RuntimeError):
    """The disk has no room for the upload."""


@dataclass(frozen=True, slots=True)
class ReceivedTable:
    """A table that is here as a file, of which nothing has been read."""

    path: Path
    sha256: str


@asynccontextmanager
async def receive_table(body: AsyncIterator[bytes], most: int) -> AsyncIterator[ReceivedTable]:
    """A table as it comes in, on disk for as long as it is worked on.

    Raises:
        UploadTooLargeError: it has more than `most` bytes.
        NoRoomError: the disk is full.
    """
    folder = Path(tempfile.mkdtemp(prefix="turnpoint-upload-"))
    try:
        path = folder / "table"
        try:
            sha256 = await _to_disk(body, path, most)
        except OSError as error:
            raise NoRoomError from error
        yield ReceivedTable(path, sha256)
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


async def keep_table(
    table: ReceivedTable, read: TableReader, model: ModelVersion, database: TenantDatabase
) -> Upload:
    """Read, check and keep a table; all of it or, whatever happens, nothing.

    Raises:
        InvalidInputError: it is no table of this model's features, or has no rows.
        RecordError: the database is away.
    """
    return await _keep(read(table.path, model.schema), model, database, table.sha256)


async def _to_disk(body: AsyncIterator[bytes], path: Path, most: int) -> str:
    digest, size = hashlib.sha256(), 0
    with path.open("wb") as file:
        async for part in body:
            size += len(part)
            if size > most:
                raise UploadTooLargeError
            digest.update(part)
            await asyncio.to_thread(file.write, part)
    return digest.hexdigest()


async def _keep(rows: Iterable[RawRow], model: ModelVersion, database: TenantDatabase, sha256: str) -> Upload:
    upload = UploadRow(
        id=uuid7(), model_name=model.name, model_digest=model.digest, rows=0, invalid=0, sha256=sha256
    )
    faults: list[RowFault] = []
    chunks = _chunks(rows, model)
    async with database.transaction() as session:
        repository = AugmentationRepository(session)
        await repository.add_all([upload])
        number = 0
        while some := await asyncio.to_thread(lambda: list(islice(chunks, _AT_ONCE))):
            values = [
                {"upload_id": upload.id, "number": number + place, "people": people, "faults": wrong}
                for place, (people, wrong) in enumerate(some)
            ]
            number += len(some)
            await repository.insert(UploadChunkRow, values)
            upload.rows += sum(len(people) + len(wrong) for people, wrong in some)
            upload.invalid += sum(len(wrong) for _, wrong in some)
            every = (RowFault.model_validate(fault) for _, wrong in some for fault in wrong)
            faults += islice(every, MOST_FAULTS - len(faults))
        if upload.rows == 0:
            raise InvalidInputError.at("", "has no rows")
        note_access(session, Access(Action.CREATE, Entity.UPLOAD, entity_id=upload.id))
    valid = upload.rows - upload.invalid
    return Upload(
        id=upload.id, rows=upload.rows, valid=valid, invalid=upload.invalid, faults=faults, sha256=sha256
    )


def _chunks(rows: Iterable[RawRow], model: ModelVersion) -> Iterator[tuple[list[Json], list[Json]]]:
    """People and faults, a chunk's worth of people at a time."""
    people: list[Json] = []
    wrong: list[Json] = []
    for row, person, faults in checked(model.schema, rows, ""):
        if person is None:
            details = [_detail(fault) for fault in faults]
            wrong.append({"row": row.number, "line": row.line, "errors": details})
        else:
            people.append(person)
        if len(people) == CHUNK or len(wrong) == CHUNK:
            yield people, wrong
            people, wrong = [], []
    if people or wrong:
        yield people, wrong


def _detail(fault: ValidationIssue) -> dict[str, Any]:
    return {"pointer": fault.pointer, "detail": fault.detail}
