"""The scene of a patient's page, from the record."""

from collections.abc import Mapping, Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from app.engine.hosting import Hosting
from app.http.dependencies import DatabaseDep, HostingDep
from app.http.problems import NotFoundError
from app.patients.backgrounds import Background
from app.patients.repository import RecordReader
from app.patients.views.scene import Scene, scene_of
from app.storage.database import Database
from app.storage.tables import AnswerRow

HISTORY = 20
"""Answers in a page's history."""


class UnknownPatientError(NotFoundError):
    """Nothing is on record for a patient."""


class Scenes:
    """Finds scenes."""

    def __init__(self, database: Database, hosting: Hosting, backgrounds: Mapping[str, Background]) -> None:
        self._database = database
        self._hosting = hosting
        self._backgrounds = backgrounds

    async def of(self, patient_id: str, wanted: UUID | None = None) -> Scene:
        """The scene of the wanted answer, or of the newest one that a caller asked for.

        Raises:
            UnknownPatientError: nothing is on record for the patient.
            NotFoundError: the wanted answer is not theirs.
        """
        async with self._database.transaction() as session:
            recorded = await RecordReader(session).of_patient(patient_id, wanted, HISTORY)
        if not recorded.answers:
            raise UnknownPatientError("There is no patient with this id.")
        if wanted is None:
            callers = [row for row in recorded.answers if row.based_on is None]
            row = (callers or recorded.answers)[0]
        else:
            row = _wanted(recorded.answers, wanted)
        name = row.prediction.model_name
        history, hosted = recorded.answers, self._hosting.find(name)
        return scene_of(row, history, recorded.verdicts, hosted, self._backgrounds.get(name))


def _wanted(answers: Sequence[AnswerRow], wanted: UUID) -> AnswerRow:
    for row in answers:
        if row.id == wanted:
            return row
    raise NotFoundError("This patient has no answer with this id.")


def _scenes(request: Request, database: DatabaseDep, hosting: HostingDep) -> Scenes:
    return Scenes(database, hosting, request.state.backgrounds)


ScenesDep = Annotated[Scenes, Depends(_scenes)]
