"""What endpoints of several faces take from the gateway's state."""

from typing import Annotated

from fastapi import Depends, Request

from app.engine.registry import ModelRegistry
from app.storage.database import Database


def _registry(request: Request) -> ModelRegistry:
    registry: ModelRegistry = request.state.registry
    return registry


def _database(request: Request) -> Database:
    database: Database = request.state.database
    return database


RegistryDep = Annotated[ModelRegistry, Depends(_registry)]
DatabaseDep = Annotated[Database, Depends(_database)]
