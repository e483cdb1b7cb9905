"""What endpoints of several faces take from the gateway's state, for the caller at hand.

Each is a coroutine, however little it does: FastAPI sends plain functions to another thread and back, which
costs more than all that they do.
"""

from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends, Request

from app.admission.lane import Lane
from app.domain.carried_over import CarriedOver
from app.engine.registry import ModelRegistry
from app.faces.http.callers import caller_of
from app.fhir.writer import FhirWriter
from app.identity.caller import Caller
from app.proposers.llm.proposer import LlmProposer
from app.storage.database import Database, TenantDatabase
from app.usecases.augmentation.service import AugmentationService
from app.usecases.counterfactuals.service import CounterfactualService
from app.usecases.watch import Watch


async def _caller(request: Request) -> Caller:
    return caller_of(request)


CallerDep = Annotated[Caller, Depends(_caller)]


async def _registry(request: Request) -> ModelRegistry:
    registry: ModelRegistry = request.state.registry
    return registry


async def _database(request: Request, caller: CallerDep) -> TenantDatabase:
    database: Database = request.state.database
    return database.of(caller)


async def _carried(request: Request) -> Mapping[str, CarriedOver]:
    proposer: LlmProposer | None = request.state.proposer
    return proposer.carried if proposer else {}


RegistryDep = Annotated[ModelRegistry, Depends(_registry)]
CarriedDep = Annotated[Mapping[str, CarriedOver], Depends(_carried)]
"""What a language model learned about other models, by the versions that it carries over to."""
DatabaseDep = Annotated[TenantDatabase, Depends(_database)]
"""The record as the caller may see it: an endpoint reaches no other."""


def answering(request: Request, registry: ModelRegistry, database: TenantDatabase) -> CounterfactualService:
    """Answers questions for the caller of a record."""
    state = request.state
    return CounterfactualService(
        registry, database, state.cache, state.computation, state.refinements, state.watch
    )


async def _answering(request: Request, registry: RegistryDep, database: DatabaseDep) -> CounterfactualService:
    return answering(request, registry, database)


async def _watch(request: Request) -> Watch:
    watch: Watch = request.state.watch
    return watch


async def _lane(request: Request) -> Lane:
    lane: Lane = request.state.lane
    return lane


async def _augmenting(request: Request, registry: RegistryDep, database: DatabaseDep) -> AugmentationService:
    state = request.state
    return AugmentationService(registry, database, state.queue, state.proposer, state.notices)


async def _fhir(request: Request, registry: RegistryDep) -> FhirWriter:
    return FhirWriter(registry, request.state.public_url or "")


AnsweringDep = Annotated[CounterfactualService, Depends(_answering)]
WatchDep = Annotated[Watch, Depends(_watch)]
"""Counts those whom callers ask about."""
LaneDep = Annotated[Lane, Depends(_lane)]
"""Where what keeps a core busy is done."""
FhirDep = Annotated[FhirWriter, Depends(_fhir)]
"""Writes FHIR for whoever asks for that."""
AugmentingDep = Annotated[AugmentationService, Depends(_augmenting)]
