"""Composition: which models, which database, which language model. Gateway, worker and commands share it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass

import procrastinate

from app import __version__
from app.admission.lane import Lane
from app.classifiers.store import ModelFolderError, load_models
from app.domain.feature_differences import feature_differences
from app.engine.registry import ModelRegistry, ServedModel
from app.identity.ehr_servers import EhrServers
from app.identity.smart_client.server import SmartServer
from app.outbound.fhir.client import FhirClient, FhirLimits
from app.proposers.llm.breaker import Breaker
from app.proposers.llm.client import LlmClient
from app.proposers.llm.exemplars import ExemplarBank, load_exemplars
from app.proposers.llm.lessons import carried_versions, served_adapter, taught_versions
from app.proposers.llm.prompt import Style
from app.proposers.llm.proposer import LlmProposer
from app.settings import Settings
from app.storage.cache import Cache, CacheLimits
from app.storage.database import Database
from app.storage.engine import DatabaseLimits
from app.storage.queue import queue_app
from app.storage.queue_figures import QueueFigures
from app.tracing.exporting import exporting
from app.usecases.augmentation.service import CHUNK_TASK, REPORT_TASK
from app.usecases.counterfactuals.computation import Computation
from app.usecases.counterfactuals.service import CounterfactualService
from app.usecases.drift.binning import Binning, binnings_of
from app.usecases.drift.counting import DriftCounts, today_in_utc
from app.usecases.drift.figures import DriftFigures
from app.usecases.ehr.connections import EhrConnections
from app.usecases.ehr.group_reading import GroupReading
from app.usecases.ehr.pacing import Turns
from app.usecases.patient_data.retention import RetentionLimits
from app.usecases.shadow.scoring import Shadow
from app.usecases.watch import Flushing, Watch
from app.usecases.webhooks.deliveries import DeliveryLimits


def registry_of(settings: Settings) -> ModelRegistry:
    """The models that the settings name.

    Raises:
        ModelFolderError: one cannot be hosted, or one that a setting names is not there.
    """
    store, default = settings.model_store, settings.default_model
    served = load_models(store, settings.classifier_urls, settings.turnpoint_default_versions)
    by_name = next((name for name, model in served.items() if model.reference == default), default)
    default = default if default in served else by_name
    if default not in served:
        raise ModelFolderError(f"DEFAULT_MODEL is {default}, but {store} holds {', '.join(served)}")
    return ModelRegistry(served, default)


def shadows_of(settings: Settings, registry: ModelRegistry) -> dict[str, ServedModel]:
    """The versions that score beside, by the digest of the version that answers.

    Raises:
        ModelFolderError: a setting names one that is not hosted, or that takes other features.
    """
    shadows = {}
    for name, version in settings.turnpoint_shadow_versions.items():
        default, shadow = registry.find(name), registry.find(f"{name}@{version}")
        said = f"TURNPOINT_SHADOW_VERSIONS names version {version} of {name}, which"
        if default is None or shadow is None or "@" in name:
            hosted = ", ".join(served.model.reference for served in registry)
            raise ModelFolderError(f"{said} is not hosted: {hosted} are")
        if shadow is default:
            raise ModelFolderError(f"{said} answers already: another one can score beside it")
        if apart := feature_differences(default.model.schema, shadow.model.schema):
            raise ModelFolderError(
                f"{said} takes other features than the one that answers: {'; '.join(apart)}"
            )
        shadows[default.model.digest] = shadow
    return shadows


def watch_of(binnings: Mapping[str, Binning], shadows: Mapping[str, ServedModel]) -> Watch:
    """What is watched of the questions that callers ask."""
    return Watch(DriftCounts(binnings), Shadow(shadows, today_in_utc))


_MAINTAINING = 2
"""Connections of who does one thing after the other."""


@dataclass(frozen=True, slots=True)
class Backends:
    """What gateway and worker stand on; `llm` and `proposer` are there where a language model is set."""

    database: Database
    queue: procrastinate.App
    llm: LlmClient | None
    proposer: LlmProposer | None


@asynccontextmanager
async def open_backends(
    settings: Settings,
    registry: ModelRegistry,
    exemplars: Mapping[str, ExemplarBank],
    limits: DatabaseLimits | None = None,
) -> AsyncIterator[Backends]:
    """The backends that the settings name, closed in the end; with `limits` in place of a gateway's."""
    llm = llm_client(settings)
    proposer = proposer_of(settings, registry, llm, exemplars) if llm else None
    limits = limits or gateway_limits(settings)
    database = Database(settings.database_url, limits)
    try:
        with _traced(settings):
            yield Backends(database, queue_app(settings.database_url, limits), llm, proposer)
    finally:
        if llm is not None:
            await llm.close()
        await database.close()


@asynccontextmanager
async def open_cache(settings: Settings) -> AsyncIterator[Cache]:
    """The cache that the settings name, closed in the end."""
    cache = Cache(settings.redis_url, settings.cache_ttl_s, cache_limits(settings))
    try:
        yield cache
    finally:
        await cache.close()


@asynccontextmanager
async def open_fhir_clients(settings: Settings, servers: EhrServers) -> AsyncIterator[dict[str, FhirClient]]:
    """A client of each trusted EHR's FHIR server, by the EHR's name; closed in the end."""
    limits = FhirLimits(settings.fhir_wait_s, settings.fhir_bytes, settings.fhir_pages)
    clients = {server.name: FhirClient(server, limits) for server in servers.servers}
    try:
        yield clients
    finally:
        for client in clients.values():
            await client.close()


@asynccontextmanager
async def open_ehr(
    settings: Settings, servers: EhrServers, fhir: Mapping[str, FhirClient]
) -> AsyncIterator[EhrConnections]:
    """Connections to the trusted EHRs' authorisation servers, beside those to their FHIR servers."""
    smart = {server.name: SmartServer(server, settings.ehr_wait_s) for server in servers.servers}
    try:
        yield EhrConnections(servers, smart, fhir)
    finally:
        for server in smart.values():
            await server.close()


def cache_limits(settings: Settings) -> CacheLimits:
    """How many connections to the cache, and how long each wait."""
    return CacheLimits(settings.cache_connections, settings.cache_wait_s, settings.cache_lock_s)


def retention_limits(settings: Settings) -> RetentionLimits:
    """For how long the settings have things kept."""
    return RetentionLimits(
        settings.retention_answers_days,
        settings.retention_uploads_days,
        settings.retention_rows_days,
        settings.retention_batch,
        settings.retention_counts_days,
    )


def delivery_limits(settings: Settings) -> DeliveryLimits:
    """How long it is tried to tell receivers of webhooks."""
    return DeliveryLimits(settings.webhook_wait_s, settings.webhook_days)


def _traced(settings: Settings) -> AbstractContextManager[None]:
    endpoint, name = settings.otel_exporter_otlp_endpoint, settings.otel_service_name
    return exporting(endpoint, name, __version__, settings.otel_flush_s)


@asynccontextmanager
async def open_group_reading(
    settings: Settings, registry: ModelRegistry, backends: Backends, cache: Cache, servers: EhrServers
) -> AsyncIterator[GroupReading]:
    """Who reads the groups of EHR servers, and asks the default model about each patient, who are counted."""
    at_once = settings.ehr_nightly_at_once
    lane = Lane("groups", at_once, settings.worker_llm_deadline_s)
    computation = Computation(lane, backends.proposer, settings.search_work, settings.search_deadline_s)
    watch = watch_of(binnings_of([registry.named(None)]), shadows_of(settings, registry))
    flushing = Flushing(watch, backends.database, settings.drift_flush_s)
    try:
        async with (
            open_fhir_clients(settings, servers) as fhir,
            open_ehr(settings, servers, fhir) as connections,
        ):
            yield GroupReading(
                connections,
                registry.named(None),
                lambda database: CounterfactualService(registry, database, cache, computation, watch=watch),
                at_once,
                Turns(settings.ehr_nightly_per_minute),
            )
    finally:
        await flushing.close()
        lane.close()


def queue_figures_of(settings: Settings, database: Database) -> QueueFigures:
    """The figures of the queue of batch jobs, for `/metrics`."""
    at_most_s, kept_s = settings.metrics_queue_timeout_s, settings.metrics_queue_kept_s
    return QueueFigures(database, (CHUNK_TASK, REPORT_TASK), at_most_s, kept_s)


def drift_figures_of(settings: Settings, database: Database, binnings: Mapping[str, Binning]) -> DriftFigures:
    """The figures of drift, for `/metrics`."""
    at_most_s, kept_s = settings.metrics_queue_timeout_s, settings.metrics_drift_kept_s
    return DriftFigures(database, binnings, settings.drift_days, at_most_s, kept_s)


def gateway_limits(settings: Settings) -> DatabaseLimits:
    """Callers have deadlines of their own: what a database that does not answer costs them is bounded."""
    return DatabaseLimits(
        settings.database_connections,
        settings.database_wait_s,
        settings.database_unit_s,
        settings.database_pause_s,
    )


def worker_limits(settings: Settings) -> DatabaseLimits:
    """Nobody waits for a worker; one that is given up for lost must not go on holding the job it wrote to."""
    wait_s = settings.worker_database_wait_s
    return DatabaseLimits(
        settings.database_connections, wait_s, 20 * wait_s, pause_s=settings.worker_given_up_after_s
    )


def maintenance_limits(settings: Settings) -> DatabaseLimits:
    """Who takes data out, or away, may have to look through all of it, and nobody waits."""
    wait_s = settings.maintenance_wait_s
    return DatabaseLimits(_MAINTAINING, wait_s, 20 * wait_s)


def llm_client(settings: Settings) -> LlmClient | None:
    """A client of the language model that the settings name, if they do."""
    if settings.llm_url is None:
        return None
    key = settings.llm_api_key.get_secret_value() if settings.llm_api_key else None
    breaker = Breaker(settings.llm_failures, settings.llm_rest_s)
    return LlmClient(settings.llm_url, settings.llm_model, key, settings.llm_concurrency, breaker)


def exemplars_of(registry: ModelRegistry) -> Mapping[str, ExemplarBank]:
    """The exemplars of each hosted version, by its reference.

    Raises:
        ModelFolderError: a version's are none, or not of its columns.
    """
    models = [served.model for served in registry]
    return {model.reference: load_exemplars(model.folder, len(model.schema.columns)) for model in models}


def proposer_of(
    settings: Settings, registry: ModelRegistry, client: LlmClient, exemplars: Mapping[str, ExemplarBank]
) -> LlmProposer:
    """Who asks the language model; `exemplars` are shown in the few-shot style alone."""
    style = Style(settings.llm_style)
    # It is told nothing but the case: about a classifier that it was not taught it could only guess.
    served = served_adapter(registry) if style is Style.FINE_TUNED else None
    taught = taught_versions(registry, served) if style is Style.FINE_TUNED else None
    return LlmProposer(
        client=client,
        style=style,
        exemplars=exemplars if style is Style.FEW_SHOT else {},
        samples=settings.llm_samples,
        temperature=settings.llm_temperature,
        deadline_s=settings.llm_deadline_s,
        taught=taught,
        form=served.prompt if served else None,
        carried=carried_versions(registry, served, taught or frozenset()),
    )
