"""Serving the gateway for a test, and the real servers behind it at addresses that stay."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import psutil
import psycopg
import uvicorn

from app.bootstrap import registry_of
from app.engine.registry import ModelRegistry
from app.faces.http.server.gateway_server import GatewayServer
from app.identity.caller import Caller
from app.identity.principal import DEFAULT_TENANT
from app.local.embedded.language_model import LanguageModel
from app.local.embedded.llama_server import EmbeddedLlm, LlmOptions
from app.local.embedded.postgres import EmbeddedPostgres
from app.local.embedded.valkey import EmbeddedValkey
from app.main import create_app
from app.paths import MODEL_STORE
from app.settings import Settings
from app.storage.cache import CacheLimits
from app.storage.database import Database, TenantDatabase
from app.storage.engine import DatabaseLimits
from app.storage.migrate import migrate
from app.storage.tenancy import SETTING

Json = dict[str, Any]

TABLES = (
    "patients",
    "predictions",
    "answers",
    "counterfactuals",
    "generations",
    "requests",
    "feedback",
    "worklist",
    "erasures",
)
CONSULTATION_TABLES = ("measurements", "plan_events", "plans", "preferences")
JOB_TABLES = (
    "augmentations",
    "augmentation_chunks",
    "augmented_rows",
    "idempotency_keys",
    "rejected_rows",
    "upload_chunks",
    "uploads",
)
EHR_TABLES = ("ehr_launches", "ehr_sessions", "webhook_deliveries")
WATCH_TABLES = ("drift_counts", "shadow_counts")
AUDIT_TABLES = ("audit_events", "audit_heads")
NOWHERE = "http://127.0.0.1:9/v1"
"""A server that is away: nobody listens on the discard port."""
ITSELF = "http://itself"
"""As PUBLIC_URL: the address that the gateway turns out to have."""
SHIPPED: Json = {
    "model_store": MODEL_STORE,
    "default_model": "dysglycaemia",
    "turnpoint_classifiers": {},
    "turnpoint_default_versions": {},
    "turnpoint_shadow_versions": {},
}
"""Settings under which a gateway serves the models of this repository."""
SECONDS = 120  # the first gateway of a machine compiles the search, which takes a while on a busy one
"""How long anything may take before a test gives up on it."""
PATIENT: Json = {
    "llm_deadline_s": float(SECONDS),
    "search_wait_s": float(SECONDS),
    "search_deadline_s": float(SECONDS),
    "database_wait_s": float(SECONDS),
    "database_unit_s": 2.0 * SECONDS,
    "cache_wait_s": float(SECONDS),
    "cache_lock_s": float(SECONDS),
    "readiness_wait_s": float(SECONDS),
    "metrics_queue_timeout_s": float(SECONDS),
    "fhir_wait_s": float(SECONDS),
    "ehr_wait_s": 60.0,
    "otel_flush_s": float(SECONDS),
    "body_wait_s": float(SECONDS),
    "keep_alive_s": float(SECONDS),
}
"""Settings of whoever waits for a part as long as a test does: that it is slow says how busy the machine is.

Tests of what is not waited for say themselves how long.
"""
PATIENT_DATABASE = DatabaseLimits(wait_s=SECONDS, unit_s=2.0 * SECONDS)
PATIENT_CACHE = CacheLimits(wait_s=SECONDS, lock_s=SECONDS)
"""The same for what a test opens itself."""


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the servers behind a gateway are."""

    database_url: str
    redis_url: str
    llm_url: str | None = None
    llm_api_key: str | None = None


def settings_for(servers: Servers, **changes: Any) -> Settings:
    """Settings for a test, whatever the environment says."""
    given: Json = PATIENT | {
        "host": "127.0.0.1",
        "api_tokens": (),
        "database_url": servers.database_url,
        "redis_url": servers.redis_url,
        "llm_url": servers.llm_url,
        "llm_model": None,
        "llm_api_key": servers.llm_api_key,
        "shutdown_notice_s": 0.0,
        "drift_flush_s": 3600.0,  # when they end: nothing changes on record behind a test
    }
    return Settings(**SHIPPED | given | changes)


def patient() -> dict[str, str]:
    """The same patience as variables, for a process."""
    return {name.upper(): str(value) for name, value in PATIENT.items()}


@cache
def shipped() -> ModelRegistry:
    """The models of this repository, loaded once: it takes seconds, and a test run has dozens of gateways."""
    return registry_of(Settings(**SHIPPED))


def registry_for(settings: Settings) -> ModelRegistry:
    """The models that the settings name."""
    own = any(getattr(settings, name) != value for name, value in SHIPPED.items())
    return registry_of(settings) if own else shipped()


@contextmanager
def gateway(settings: Settings, registry: ModelRegistry | None = None) -> Iterator[str]:
    """The gateway behind a real uvicorn on a free loopback port, in a thread of its own.

    It hosts the models that the settings name, unless others are given.
    """
    with _listening(settings.host) as listening:
        url = f"http://{settings.host}:{listening.getsockname()[1]}"
        if settings.public_url == ITSELF:
            settings = settings.model_copy(update={"public_url": url})
        app = create_app(settings, registry or registry_for(settings))
        server = GatewayServer(app, settings, may_exit=False)
        thread = threading.Thread(target=_serve, args=(server, listening), daemon=True)
        thread.start()
        try:
            # The socket listens already: the request waits in its queue until the gateway takes it.
            httpx.get(f"{url}/livez", timeout=SECONDS, trust_env=False).raise_for_status()
            yield url
        finally:
            server.should_exit = True
            thread.join(SECONDS)
            assert not thread.is_alive(), "the gateway did not stop"


def _listening(host: str) -> socket.socket:
    # The protocol is named, or asyncio would leave Nagle's algorithm on, at 40 ms a request.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind((host, 0))
    listening.listen()
    return listening


def _serve(server: uvicorn.Server, listening: socket.socket) -> None:
    with listening:  # closed when the start fails too, so that nobody waits for it
        server.run(sockets=[listening])


@contextmanager
def client_of(settings: Settings, **options: Any) -> Iterator[httpx.Client]:
    """A gateway, and a client of it."""
    with gateway(settings) as url, http_client(url, **options) as client:
        yield client


def http_client(url: str, **options: Any) -> httpx.Client:
    """A client that no proxy of the user's gets between."""
    return httpx.Client(base_url=url, timeout=SECONDS, trust_env=False, **options)


def connect(database_url: str) -> "psycopg.Connection[tuple[Any, ...]]":
    """A connection of the test's own, past the gateway; what it adds is the default tenant's."""
    url = database_url.replace("postgresql+psycopg://", "postgresql://")
    return psycopg.connect(url, autocommit=True, options=f"-c {SETTING}={DEFAULT_TENANT}")


def seen_by(database: Database, tenant: str = DEFAULT_TENANT) -> TenantDatabase:
    """The record as a test may see it."""
    return database.of(Caller.service(tenant, "test"))


def row_counts(database: "psycopg.Connection[tuple[Any, ...]]") -> dict[str, int]:
    """How many rows each table of the record has."""
    query = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in TABLES)
    return dict(database.execute(query).fetchall())


class LastingPostgres:
    """An embedded PostgreSQL that can stop and come back under the same URL."""

    def __init__(self, home: Path) -> None:
        self._home, self._link, self._server = home, home / "sockets", EmbeddedPostgres()
        self.url = f"postgresql://turnpoint@/turnpoint?host={quote(str(self._link), safe='')}&port=5432"

    def start(self) -> None:
        url, self.process = _started(lambda: self._server.start(self._home))
        (sockets,) = parse_qs(urlsplit(url).query)["host"]
        _point(self._link, Path(sockets))
        migrate(Settings(database_url=self.url))

    def stop(self) -> None:
        self._server.stop()

    def kill(self) -> None:
        """SIGKILL: as a machine that loses its power."""
        self.process.kill()
        self._server.stop()


class LastingValkey:
    """An embedded Valkey that can stop, or be killed, and come back under the same URL."""

    def __init__(self, home: Path) -> None:
        self._home, self._link, self._server = home, home / "cache", EmbeddedValkey()
        self.url = f"unix://{self._link}/valkey.sock?db=0"

    def start(self) -> None:
        url, self.process = _started(lambda: self._server.start(self._home))
        _point(self._link, Path(urlsplit(url).path).parent)

    def stop(self) -> None:
        self._server.stop()

    def kill(self) -> None:
        """SIGKILL: whatever it had in hand is lost."""
        self.process.kill()
        self._server.stop()


class LastingLlm:
    """An embedded llama.cpp server that can be killed and come back under the same URL."""

    def __init__(self, model: LanguageModel, kept: Path, home: Path) -> None:
        weights = model.merged(kept, lambda *_: None)
        self._home, self._server = home, EmbeddedLlm(weights, LlmOptions(alias=model.alias))

    @property
    def url(self) -> str:
        return self._server.url

    @property
    def api_key(self) -> str:
        return self._server.api_key

    def start(self) -> None:
        _, self.process = _started(lambda: self._server.start(self._home))

    def stop(self) -> None:
        self._server.stop()

    def kill(self) -> None:
        """SIGKILL: connections break in the middle of an answer, and nobody listens any more."""
        self.process.kill()
        self._server.stop()

    def tokens_said(self) -> int:
        """How many tokens it has generated since its start."""
        url, known = self.url.removesuffix("/v1"), {"Authorization": f"Bearer {self.api_key}"}
        told = httpx.get(f"{url}/metrics", headers=known, timeout=SECONDS, trust_env=False).text
        (said,) = [line.split()[1] for line in told.splitlines() if line.startswith(_SAID)]
        return int(float(said))


_SAID = "llamacpp:tokens_predicted_total "


def _started(start: Callable[[], str]) -> tuple[str, psutil.Process]:
    """A server's URL and its own process, which is its keeper's one child."""
    before = psutil.Process().children()
    url = start()
    (keeper,) = [process for process in psutil.Process().children() if process not in before]
    (server,) = keeper.children()
    return url, server


def _point(link: Path, folder: Path) -> None:
    link.unlink(missing_ok=True)
    link.symlink_to(folder)
