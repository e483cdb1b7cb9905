"""A risk that cannot be put on record is not told."""

import pytest

from app.domain.patient import read_patient
from app.engine.registry import ServedModel
from app.storage.database import Database, RecordError
from app.storage.engine import DatabaseLimits
from app.usecases.predictions.service import predict
from tests.asking import Person
from tests.integration.serving import seen_by
from tests.unit.storage import away


async def test_a_risk_that_cannot_be_recorded_is_not_told(served: ServedModel, helpable: Person) -> None:
    patient = read_patient(served.model.schema, helpable)
    risk = float(served.model.classifier.risk(patient.factual[None, :])[0])
    database = Database(away.DATABASE, DatabaseLimits())
    try:
        with pytest.raises(RecordError) as caught:
            await predict(served, patient, seen_by(database))
    finally:
        await database.close()
    assert str(risk)[:6] not in str(caught.value)
