"""What endpoints of several faces take from the gateway's state."""

from typing import Annotated

from fastapi import Depends, Request

from app.engine.hosting import Hosting
from app.storage.database import Database


def _hosting(request: Request) -> Hosting:
    hosting: Hosting = request.state.hosting
    return hosting


def _database(request: Request) -> Database:
    database: Database = request.state.database
    return database


HostingDep = Annotated[Hosting, Depends(_hosting)]
DatabaseDep = Annotated[Database, Depends(_database)]
