"""create_app(): the one place where the parts are joined."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TypedDict

from fastapi import APIRouter, Depends, FastAPI
from fastapi_offline import FastAPIOffline

from app import __version__
from app.augmentation import endpoints as augmentation
from app.augmentation.service import AugmentationService
from app.classifiers.open_inference import OpenInferenceClassifier
from app.classifiers.store import ModelFolderError, load_models
from app.counterfactuals import endpoints as counterfactuals
from app.counterfactuals.service import CounterfactualService
from app.engine.hosting import Hosting
from app.feedback import endpoints as feedback
from app.http import operations, problems
from app.http.auth import KnownCallers
from app.http.methods import Head
from app.http.middleware import BodyLimit, Correlation, LastResort, Uncompressed
from app.http.origins import OwnNames, SameSite
from app.http.pages.assets import MOUNT, Assets
from app.http.parameters import refuse_repeated
from app.models import card
from app.models import endpoints as models
from app.models.examples import warm_up
from app.openapi.document import describe
from app.patients import endpoints as patients
from app.patients import forms as patients_forms
from app.patients import lately
from app.patients.backgrounds import Background, backgrounds_of
from app.predictions import endpoints as predictions
from app.proposers.llm.adapter import has_adapter
from app.proposers.llm.breaker import Breaker
from app.proposers.llm.client import LlmClient
from app.proposers.llm.exemplars import ExemplarBank, load_exemplars
from app.proposers.llm.prompt import Style
from app.proposers.llm.proposer import LlmProposer
from app.settings import Settings
from app.storage.cache import Cache
from app.storage.database import Database
from app.storage.queue import queue_app

DESCRIPTION = """
Verified counterfactual suggestions: the smallest, doable changes that would bring a patient's predicted
risk to a target. Every suggestion was scored by the hosted classifier and is recorded.

A counterfactual is an association found by a model. It is an option to consider, not an order, and not a
promise that the change would cause the effect.
"""


class State(TypedDict):
    """What a request finds in `request.state`."""

    hosting: Hosting
    database: Database
    cache: Cache
    llm: LlmClient | None
    remote_classifiers: Mapping[str, OpenInferenceClassifier]
    counterfactuals: CounterfactualService
    augmentations: AugmentationService
    backgrounds: Mapping[str, Background]
    max_upload_bytes: int


def create_app(settings: Settings, hosting: Hosting | None = None) -> FastAPI:
    """The gateway. Models are loaded here unless they are given, so that a broken folder stops the start.

    Raises:
        ModelFolderError: a model cannot be hosted, or the default one is not there.
        ClassifierError: a classifier elsewhere went away while starting.
    """
    hosting = hosting or hosting_of(settings)
    exemplars_of(hosting)  # with or without a language model: one may be set later
    backgrounds = backgrounds_of(hosting)
    remote = {
        hosted.model.name: hosted.model.classifier
        for hosted in hosting
        if isinstance(hosted.model.classifier, OpenInferenceClassifier)
    }

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[State]:
        # As many as can be at work: one that searches keeps a core busy, and its largest search's memory.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(os.cpu_count() or 1))
        database = Database(settings.database_url)
        cache = Cache(settings.redis_url, settings.cache_ttl_s)
        llm = llm_client(settings)
        proposer = proposer_of(settings, hosting, llm) if llm else None
        service = CounterfactualService(hosting, database, cache, proposer)
        jobs = AugmentationService(hosting, database, queue_app(settings.database_url), proposer)
        if proposer is not None:
            await proposer.warm_up([hosted.model.schema for hosted in hosting])
        try:
            yield State(
                hosting=hosting,
                database=database,
                cache=cache,
                llm=llm,
                remote_classifiers=remote,
                counterfactuals=service,
                augmentations=jobs,
                backgrounds=backgrounds,
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
    known_callers = APIRouter(dependencies=[Depends(KnownCallers(settings))])
    pages = (patients, patients_forms, lately)
    for face in (counterfactuals, feedback, *pages, predictions, augmentation, models, card):
        known_callers.include_router(face.router)
    app.include_router(known_callers)
    app.include_router(operations.router)
    others = {"/augmentations": settings.max_rows_bytes, "/augmentations/uploads": None}
    app.add_middleware(Head)
    app.add_middleware(BodyLimit, most=settings.max_body_bytes, others=others)
    app.add_middleware(Uncompressed)
    app.add_middleware(SameSite)
    if not settings.api_tokens:
        app.add_middleware(OwnNames, names=settings.own_names)
    app.add_middleware(LastResort)
    app.mount(MOUNT, Assets())
    app.add_middleware(Correlation)
    describe(app, hosting, bool(settings.api_tokens))
    warm_up(hosting.named(None))
    return app


def hosting_of(settings: Settings) -> Hosting:
    """The models that the settings name.

    Raises:
        ModelFolderError: one cannot be hosted, or the default one is not there.
    """
    store, default = settings.model_store, settings.default_model
    hosted = load_models(store, settings.classifier_urls)
    if default not in hosted:
        raise ModelFolderError(f"DEFAULT_MODEL is {default}, but {store} holds {', '.join(hosted)}")
    return Hosting(hosted, default)


def llm_client(settings: Settings) -> LlmClient | None:
    """A client of the language model that the settings name, if they do."""
    if settings.llm_url is None:
        return None
    key = settings.llm_api_key.get_secret_value() if settings.llm_api_key else None
    breaker = Breaker(settings.llm_failures, settings.llm_rest_s)
    return LlmClient(settings.llm_url, settings.llm_model, key, settings.llm_concurrency, breaker)


def exemplars_of(hosting: Hosting) -> Mapping[str, ExemplarBank]:
    """The exemplars of each model, by its name.

    Raises:
        ModelFolderError: a model's are none, or not of its columns.
    """
    models = [hosted.model for hosted in hosting]
    return {model.name: load_exemplars(model.folder, len(model.schema.columns)) for model in models}


def proposer_of(settings: Settings, hosting: Hosting, client: LlmClient) -> LlmProposer:
    """Who asks it."""
    style = Style(settings.llm_style)
    exemplars = exemplars_of(hosting) if style is Style.FEW_SHOT else {}
    # It is told nothing but the case: about a classifier that it was not taught it could only guess.
    taught = (
        frozenset(h.model.name for h in hosting if has_adapter(h.model.folder))
        if style is Style.FINE_TUNED
        else None
    )
    return LlmProposer(
        client=client,
        style=style,
        exemplars=exemplars,
        samples=settings.llm_samples,
        temperature=settings.llm_temperature,
        deadline_s=settings.llm_deadline_s,
        taught=taught,
    )
