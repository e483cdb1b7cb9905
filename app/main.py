"""create_app(): the gateway, its faces joined to the use cases."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TypedDict

from fastapi import APIRouter, Depends, FastAPI
from fastapi_offline import FastAPIOffline

from app import __version__
from app.bootstrap import exemplars_of, hosting_of, llm_client, proposer_of
from app.classifiers.open_inference import OpenInferenceClassifier
from app.engine.examples import warm_up
from app.engine.registry import ModelRegistry
from app.faces.api import augmentations as augmentation
from app.faces.api import counterfactuals, feedback, model_card, models, predictions
from app.faces.http import operations, problems
from app.faces.http.auth import RequireToken
from app.faces.http.methods import Head
from app.faces.http.middleware import BodyLimit, CorrelationId, ErrorBoundary, Uncompressed
from app.faces.http.origins import SameSite, TrustedHosts
from app.faces.http.pages.assets import MOUNT, Assets
from app.faces.http.parameters import refuse_repeated
from app.faces.openapi.document import describe
from app.faces.pages import recent
from app.faces.pages.patient import endpoints as patients
from app.faces.pages.patient import forms as patients_forms
from app.proposers.llm.client import LlmClient
from app.settings import Settings
from app.storage.cache import Cache
from app.storage.database import Database
from app.storage.queue import queue_app
from app.usecases.augmentation.service import AugmentationService
from app.usecases.counterfactuals.service import CounterfactualService
from app.usecases.record.reference_distributions import ReferenceDistributions, reference_distributions_of

DESCRIPTION = """
Verified counterfactual suggestions: the smallest, doable changes that would bring a patient's predicted
risk to a target. Every suggestion was scored by the hosted classifier and is recorded.

A counterfactual is an association found by a model. It is an option to consider, not an order, and not a
promise that the change would cause the effect.
"""


class GatewayState(TypedDict):
    """What a request finds in `request.state`."""

    registry: ModelRegistry
    database: Database
    cache: Cache
    llm: LlmClient | None
    remote_classifiers: Mapping[str, OpenInferenceClassifier]
    counterfactuals: CounterfactualService
    augmentations: AugmentationService
    distributions: Mapping[str, ReferenceDistributions]
    max_upload_bytes: int


def create_app(settings: Settings, registry: ModelRegistry | None = None) -> FastAPI:
    """The gateway. Models are loaded here unless they are given, so that a broken folder stops the start.

    Raises:
        ModelFolderError: a model cannot be hosted, or the default one is not there.
        ClassifierError: a classifier elsewhere went away while starting.
    """
    registry = registry or hosting_of(settings)
    exemplars = exemplars_of(registry)  # with or without a language model: one may be set later
    distributions = reference_distributions_of(registry)
    remote = {
        served.model.name: served.model.classifier
        for served in registry
        if isinstance(served.model.classifier, OpenInferenceClassifier)
    }

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[GatewayState]:
        # As many as can be at work: one that searches keeps a core busy, and its largest search's memory.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(os.cpu_count() or 1))
        database = Database(settings.database_url)
        cache = Cache(settings.redis_url, settings.cache_ttl_s)
        llm = llm_client(settings)
        proposer = proposer_of(settings, registry, llm, exemplars) if llm else None
        service = CounterfactualService(registry, database, cache, proposer)
        jobs = AugmentationService(registry, database, queue_app(settings.database_url), proposer)
        if proposer is not None:
            await proposer.warm_up([served.model.schema for served in registry])
        try:
            yield GatewayState(
                registry=registry,
                database=database,
                cache=cache,
                llm=llm,
                remote_classifiers=remote,
                counterfactuals=service,
                augmentations=jobs,
                distributions=distributions,
                max_upload_bytes=settings.max_upload_bytes,
            )
        finally:
            for classifier in remote.values():
                classifier.close()
            if llm:
                await llm.close()
            await cache.close()
            await database.close()

    app = FastAPIOffline(
        title="Turnpoint",
        version=__version__,
        description=DESCRIPTION,
        lifespan=lifespan,
        redoc_url=None,
        dependencies=[Depends(refuse_repeated)],
    )
    problems.install(app)
    known_callers = APIRouter(dependencies=[Depends(RequireToken(settings))])
    pages = (patients, patients_forms, recent)
    for face in (counterfactuals, feedback, *pages, predictions, augmentation, models, model_card):
        known_callers.include_router(face.router)
    app.include_router(known_callers)
    app.include_router(operations.router)
    others = {"/augmentations": settings.max_rows_bytes, "/augmentations/uploads": None}
    app.add_middleware(Head)
    app.add_middleware(BodyLimit, most=settings.max_body_bytes, others=others)
    app.add_middleware(Uncompressed)
    app.add_middleware(SameSite)
    if not settings.api_tokens:
        app.add_middleware(TrustedHosts, names=settings.own_names)
    app.add_middleware(ErrorBoundary)
    app.mount(MOUNT, Assets())
    app.add_middleware(CorrelationId)
    describe(app, registry, bool(settings.api_tokens))
    warm_up(registry.named(None))
    return app
