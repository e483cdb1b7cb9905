"""What the patient's pages take from the gateway's state."""

from typing import Annotated

from fastapi import Depends, Request

from app.faces.http.dependencies import DatabaseDep, RegistryDep
from app.usecases.record.loader import AnswerContextLoader


async def _loader(request: Request, database: DatabaseDep, registry: RegistryDep) -> AnswerContextLoader:
    return AnswerContextLoader(database, registry, request.state.distributions)


ContextLoaderDep = Annotated[AnswerContextLoader, Depends(_loader)]
