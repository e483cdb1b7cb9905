"""create_app(): the gateway, its faces joined to the use cases."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from functools import lru_cache
from typing import TypedDict

import procrastinate
import structlog
from fastapi import APIRouter, Depends, FastAPI
from fastapi_offline import FastAPIOffline

from app import __version__
from app.admission.lane import Lane
from app.admission.lane_threads import LaneThreads
from app.bootstrap import (
    drift_figures_of,
    exemplars_of,
    open_backends,
    open_cache,
    open_ehr,
    open_fhir_clients,
    queue_figures_of,
    registry_of,
    shadows_of,
    watch_of,
)
from app.classifiers.open_inference import OpenInferenceClassifier
from app.engine.examples import warm_up
from app.engine.registry import ModelRegistry
from app.faces.api import routes as api
from app.faces.ehr import routes as ehr
from app.faces.ehr.smart.state import LaunchState
from app.faces.http import operations, stack
from app.faces.http.auth import only_where_admitted
from app.faces.http.closing import Closing
from app.faces.http.parameters import refuse_repeated
from app.faces.openapi.document import describe
from app.faces.pages import routes as pages
from app.identity.authenticator import Authenticator
from app.identity.configured import CdsCalls, authenticator_of, claim_names_of, ehr_servers_of, receivers_of
from app.identity.ehr_servers import EhrServers
from app.identity.ehr_sessions import WithSessions
from app.ingest.fhir import ucum
from app.outbound.fhir.client import FhirClient
from app.proposers.llm.client import LlmClient
from app.proposers.llm.proposer import LlmProposer
from app.search_processes.here import Here
from app.search_processes.pool import SearchProcesses
from app.search_processes.template import Template
from app.settings import Settings
from app.storage.cache import Cache
from app.storage.database import Database
from app.storage.keys import Keys
from app.storage.queue_figures import QueueFigures
from app.storage.replays import TokenUses
from app.storage.sessions import Sessions
from app.usecases.counterfactuals.computation import Computation
from app.usecases.counterfactuals.refinements import Refinements
from app.usecases.drift.binning import Binning, binnings_of
from app.usecases.drift.figures import DriftFigures
from app.usecases.idempotency.late import LateReturns
from app.usecases.record.reference_distributions import ReferenceDistributions, reference_distributions_of
from app.usecases.watch import Flushing, Watch
from app.usecases.webhooks.notices import Notices

DESCRIPTION = """
Verified counterfactual suggestions: the smallest, doable changes that would bring a patient's predicted
risk to a target. Every suggestion was scored by the hosted classifier and is recorded.

A counterfactual is an association found by a model. It is an option to consider, not an order, and not a
promise that the change would cause the effect.
"""


_log = structlog.get_logger()
_SWITCH_S = 0.001
"""Quick work waits so long for the interpreter while a search has it; Python's own is 5 ms."""


class GatewayState(TypedDict):
    """What a request finds in `request.state`."""

    registry: ModelRegistry
    database: Database
    cache: Cache
    llm: LlmClient | None
    remote_classifiers: Mapping[str, OpenInferenceClassifier]
    queue: procrastinate.App
    notices: Notices
    proposer: LlmProposer | None
    lane: Lane
    computation: Computation
    distributions: Mapping[str, ReferenceDistributions]
    max_upload_bytes: int
    erasure_key: bytes | None
    replies_kept_for: timedelta
    late_returns: LateReturns
    refinements: Refinements
    watch: Watch
    binnings: Mapping[str, Binning]
    drift_days: int
    drift_figures: DriftFigures
    authenticator: Authenticator
    queue_figures: QueueFigures
    closing: Closing
    ehr_servers: EhrServers
    fhir_clients: Mapping[str, FhirClient]
    launch: LaunchState
    sessions: Sessions
    cds_wait_s: float
    search_wait_s: float
    readiness_wait_s: float
    public_url: str | None


def create_app(
    settings: Settings, registry: ModelRegistry | None = None, template: Template | None = None
) -> FastAPI:
    """The gateway. Models are loaded here unless they are given, so that a broken folder stops the start.

    With a `template`, which was forked when they were, searches run in processes of their own.

    Raises:
        IdentityError: callers cannot be told apart as the settings say.
        ModelFolderError: a model cannot be hosted, or the default one is not there.
        ClassifierError: a classifier elsewhere went away while starting.
    """
    claim_names_of(settings)  # faults are told before anything starts
    ehr_servers = ehr_servers_of(settings.ehr_servers_file, settings.public_url)
    registry = registry or registry_of(settings)
    closing = Closing()
    app = FastAPIOffline(
        title="Turnpoint",
        version=__version__,
        description=DESCRIPTION,
        lifespan=_lifespan(settings, registry, closing, ehr_servers, template),
        redoc_url=None,
        dependencies=[Depends(refuse_repeated)],
    )
    app.state.closing = closing
    known_callers = APIRouter(dependencies=[Depends(only_where_admitted)])
    for router in (*api.ROUTERS, *ehr.ROUTERS, *pages.ROUTERS):
        known_callers.include_router(router)
    app.include_router(known_callers)
    app.include_router(operations.router)
    stack.install(app, settings)
    describe(app, registry, settings)
    warmed_up(registry)
    return app


@lru_cache(maxsize=2)
def warmed_up(registry: ModelRegistry) -> None:
    """Once, however many gateways of these models a process makes: what is loaded stays so."""
    warm_up(registry.named(None))


def _lifespan(
    settings: Settings,
    registry: ModelRegistry,
    closing: Closing,
    ehr_servers: EhrServers,
    template: Template | None,
) -> Callable[[FastAPI], AbstractAsyncContextManager[GatewayState]]:
    receivers = receivers_of(settings.webhooks_file)
    shadows = shadows_of(settings, registry)
    exemplars = exemplars_of(registry)  # with or without a language model: one may be set later
    distributions, binnings = reference_distributions_of(registry), binnings_of(registry)
    remote = {
        registry.name_of(served): served.model.classifier
        for served in registry
        if isinstance(served.model.classifier, OpenInferenceClassifier)
    }

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[GatewayState]:
        sys.setswitchinterval(_SWITCH_S)
        # Quick work has threads of its own: searches keep theirs busy for as long as a second.
        asyncio.get_running_loop().set_default_executor(LaneThreads("quick", settings.quick_threads))
        place = None if template is None else SearchProcesses(template)
        if place is not None:
            await asyncio.to_thread(place.start, settings.search_threads + settings.search_spare_threads)
        lane = Lane("search", settings.search_threads, settings.search_wait_s, settings.search_spare_threads)
        async with (
            open_backends(settings, registry, exemplars) as backends,
            open_cache(settings) as cache,
            open_fhir_clients(settings, ehr_servers) as fhir_clients,
            open_ehr(settings, ehr_servers, fhir_clients) as ehr_connections,
        ):
            database, proposer = backends.database, backends.proposer
            if proposer is not None:
                await proposer.warm_up([served.model.schema for served in registry])
            calls = CdsCalls(ehr_servers, settings.public_url, TokenUses(database, cache))
            sessions = Sessions(database)
            launch = LaunchState.of(settings, ehr_connections, sessions)
            others = authenticator_of(settings, Keys(database), calls)
            authenticator = WithSessions(others, sessions, launch.cookies.session)
            if any(served.model.ehr for served in registry):
                await asyncio.to_thread(ucum.load)
            if settings.api_tokens:
                _log.warning("api_tokens_are_one_administrator", instead="turnpoint keys create")
            if ehr_servers.servers and not settings.asks_who:
                _log.warning("callers_are_not_asked_who_they_are", instead="API_KEYS or OIDC_ISSUER")
            late_returns = LateReturns()
            refinements, watch = Refinements(settings.refinements), watch_of(binnings, shadows)
            flushing = Flushing(watch, database, settings.drift_flush_s)
            drift_figures = drift_figures_of(settings, database, binnings)
            try:
                yield GatewayState(
                    registry=registry,
                    database=database,
                    cache=cache,
                    llm=backends.llm,
                    remote_classifiers=remote,
                    queue=backends.queue,
                    notices=Notices(receivers, backends.queue, settings.public_url or ""),
                    proposer=proposer,
                    lane=lane,
                    computation=Computation(
                        lane, proposer, settings.search_work, settings.search_deadline_s, place or Here()
                    ),
                    distributions=distributions,
                    max_upload_bytes=settings.max_upload_bytes,
                    erasure_key=settings.erasure_key_bytes,
                    replies_kept_for=timedelta(hours=settings.idempotency_h),
                    late_returns=late_returns,
                    refinements=refinements,
                    watch=watch,
                    binnings=binnings,
                    drift_days=settings.drift_days,
                    drift_figures=drift_figures,
                    authenticator=authenticator,
                    queue_figures=queue_figures_of(settings, database),
                    closing=closing,
                    ehr_servers=ehr_servers,
                    fhir_clients=fhir_clients,
                    launch=launch,
                    sessions=sessions,
                    cds_wait_s=settings.cds_wait_s,
                    search_wait_s=settings.search_wait_s,
                    readiness_wait_s=settings.readiness_wait_s,
                    public_url=settings.public_url,
                )
            finally:
                await refinements.close()
                await late_returns.close()
                await drift_figures.close()
                await flushing.close()
                await authenticator.close()
                lane.close()
                if place is not None:
                    place.close()
                for classifier in remote.values():
                    classifier.close()

    return lifespan
