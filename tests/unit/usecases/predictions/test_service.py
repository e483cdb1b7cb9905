"""A risk is told only once it is on record."""

import pytest

from app.domain.patient import read_patient
from app.engine.registry import ServedModel
from app.storage.database import Database, RecordError
from app.usecases.predictions.service import predict
from tests.asking import Person


async def test_a_risk_that_cannot_be_recorded_is_not_told(served: ServedModel, helpable: Person) -> None:
    database = Database("postgresql+psycopg://clinic:sesame@127.0.0.1:9/record")
    with pytest.raises(RecordError):
        await predict(served, read_patient(served.model.schema, helpable), database)
    await database.close()
