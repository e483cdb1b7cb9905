"""The scene of a patient's page, from the record."""

from collections.abc import Mapping
from uuid import UUID

from app.domain.errors import NotFoundError
from app.engine.registry import ModelRegistry
from app.storage.database import Database
from app.storage.tables import AnswerRow
from app.usecases.record.context import Past, Scene, scene_of
from app.usecases.record.reference_distributions import Background
from app.usecases.record.repository import RecordReader, Sent

HISTORY = 20
"""Answers in a page's history."""


class UnknownPatientError(NotFoundError):
    """Nothing is on record for a patient."""


class Scenes:
    """Finds scenes."""

    def __init__(
        self, database: Database, registry: ModelRegistry, backgrounds: Mapping[str, Background]
    ) -> None:
        self._database = database
        self._registry = registry
        self._backgrounds = backgrounds

    async def of(self, patient_id: str, wanted: UUID | None = None, before: UUID | None = None) -> Scene:
        """The scene of the wanted answer, or of the one that a caller asked for last.

        `before` is where the history goes on, towards older answers.

        Raises:
            UnknownPatientError: nothing is on record for the patient.
            NotFoundError: the wanted answer is not theirs.
        """
        async with self._database.transaction() as session:
            reader = RecordReader(session)
            last = await reader.sent_last(patient_id)
            if not last:
                raise UnknownPatientError("There is no patient with this id.")
            sent = last[0] if wanted is None else _theirs(await reader.answer(patient_id, wanted))
            past = await self._past(reader, sent, last, before)
        return self._scene(sent, past)

    async def alone(self, patient_id: str, wanted: UUID) -> Scene:
        """The scene of one answer without what lies around it, but for the one that it departed from.

        Raises:
            NotFoundError: it is not the patient's.
        """
        async with self._database.transaction() as session:
            reader = RecordReader(session)
            sent = _theirs(await reader.answer(patient_id, wanted))
            past = Past(base=await _base(reader, sent.answer))
        return self._scene(sent, past)

    async def _past(self, reader: RecordReader, sent: Sent, last: list[Sent], before: UUID | None) -> Past:
        shown, told = sent.answer, sent.answer.prediction
        answers = list(await reader.answers(shown.patient_id, before, HISTORY + 1))
        return Past(
            base=await _base(reader, shown),
            answers=answers[:HISTORY],
            older=answers[HISTORY - 1].id if len(answers) > HISTORY else None,
            others=[one for one in last if one.answer.prediction.model_name != told.model_name],
            course=await reader.course(shown.patient_id, told.model_name, told.model_version),
            verdicts=await reader.verdicts([shown, *answers]),
        )

    def _scene(self, sent: Sent, past: Past) -> Scene:
        name = sent.answer.prediction.model_name
        return scene_of(sent, past, self._registry.find(name), self._backgrounds.get(name))


def _theirs(sent: Sent | None) -> Sent:
    if sent is None:
        raise NotFoundError("This patient has no answer with this id.")
    return sent


async def _base(reader: RecordReader, row: AnswerRow) -> AnswerRow | None:
    """The answer that a what-if departed from."""
    sent = await reader.answer(row.patient_id, row.based_on) if row.based_on else None
    return sent.answer if sent else None
