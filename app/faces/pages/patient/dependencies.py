"""What the patient's pages take from the gateway's state."""

from typing import Annotated

from fastapi import Depends, Request

from app.faces.http.dependencies import DatabaseDep, RegistryDep
from app.usecases.record.loader import Scenes


def _scenes(request: Request, database: DatabaseDep, registry: RegistryDep) -> Scenes:
    return Scenes(database, registry, request.state.backgrounds)


ScenesDep = Annotated[Scenes, Depends(_scenes)]
