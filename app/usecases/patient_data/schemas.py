"""A patient's data as it is given out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field


class PatientExport(BaseModel):
    """All that the record holds of a patient."""

    patient_id: str = Field(description="The caller's own id of the patient.")
    pseudonym: UUID | None = Field(
        description="What stands for the patient where their id must not stay. Null of somebody who is in "
        "batch jobs alone."
    )
    exported_at: AwareDatetime = Field(description="When this was read, all of it at once.")
    records: dict[str, list[dict[str, Any]]] = Field(
        description="By table, each of the patient's rows as an object of its columns. `upload_chunks` and "
        "`augmentation_chunks` hold rows that were sent for batch jobs "
        "under this id, `augmented_rows` what was made of them."
    )


def export_text(
    patient_id: str, pseudonym: UUID | None, at: datetime, records: Mapping[str, Sequence[str]]
) -> str:
    """The same as JSON text; `records` are texts already: the database wrote them."""
    empty = PatientExport(patient_id=patient_id, pseudonym=pseudonym, exported_at=at, records={})
    head = empty.model_dump_json(exclude={"records"}).removesuffix("}")
    tables = ",".join(f'"{table}":[{",".join(rows)}]' for table, rows in records.items())
    return f'{head},"records":{{{tables}}}}}'
