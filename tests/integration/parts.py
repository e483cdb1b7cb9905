"""Real parts, once a test run: PostgreSQL, Valkey, a llama.cpp server or vLLM, and a gateway on them."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from app.classifiers.model_version import ModelVersion
from app.local.embedded.language_model import LanguageModel, language_model
from app.local.embedded.llama_server import EmbeddedLlm, LlmOptions
from app.local.embedded.postgres import EmbeddedPostgres
from app.local.embedded.valkey import EmbeddedValkey
from app.local.embedded.vllm_server import EmbeddedVllm
from app.local.embedded.weights import ensure_weights
from app.paths import ROOT
from app.settings import Settings
from app.storage.cache import Cache
from app.storage.database import Database, opened
from app.storage.migrate import migrate
from tests.asking import Person
from tests.integration.serving import (
    PATIENT_CACHE,
    PATIENT_DATABASE,
    Servers,
    connect,
    gateway,
    http_client,
    settings_for,
)

_DATABASE_URL = pytest.StashKey[str]()


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the servers of this test run keep their data and logs."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def kept() -> Path:
    """Where `make test` has fetched and merged the language model's weights before pytest starts."""
    return Path(os.environ.get("TURNPOINT_HOME") or ROOT / ".turnpoint")


@pytest.fixture(scope="session")
def weights(kept: Path) -> Path:
    """The base language model's file; here it is only checked."""
    return ensure_weights(kept, lambda *_: None)


@pytest.fixture(scope="session")
def tuned(kept: Path, model: ModelVersion) -> LanguageModel:
    """What `make run` serves: the base with the adapter of the hosted model."""
    return language_model(kept, model.folder, lambda *_: None)


@pytest.fixture(scope="session")
def database_url(home: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """A migrated database: TEST_DATABASE_URL, or else an embedded one."""
    server = EmbeddedPostgres()
    url = os.environ.get("TEST_DATABASE_URL") or server.start(home)
    try:
        migrate(Settings(database_url=url))
        url = Settings(database_url=url).database_url
        request.session.stash[_DATABASE_URL] = url
        yield url
    finally:
        server.stop()


@pytest.fixture(scope="module", autouse=True)
def no_job_is_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Else the next worker, of other tests, would first do what nobody waits for."""
    yield
    if url := request.session.stash.get(_DATABASE_URL, None):
        with connect(url) as database:
            database.execute(
                "UPDATE augmentations SET state = 'cancelled', finished_at = now() "
                "WHERE state IN ('queued', 'running')"
            )


@pytest.fixture(scope="session")
def redis_url(home: Path) -> Iterator[str]:
    server = EmbeddedValkey()
    yield server.start(home)
    server.stop()


@pytest.fixture(scope="session")
def llm(home: Path, kept: Path, tuned: LanguageModel) -> Iterator[EmbeddedLlm | EmbeddedVllm]:
    """The llama.cpp server, or with TEST_LLM=vllm a real vLLM."""
    server: EmbeddedLlm | EmbeddedVllm
    if os.environ.get("TEST_LLM") == "vllm":
        server = EmbeddedVllm(tuned.base, tuned.adapter, tuned.alias)
        server.start(kept)
    else:
        server = EmbeddedLlm(tuned.merged(kept, lambda *_: None), LlmOptions(alias=tuned.alias))
        server.start(home)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def llm_url(llm: EmbeddedLlm | EmbeddedVllm) -> str:
    return llm.url


@pytest.fixture(scope="session")
def servers(database_url: str, redis_url: str) -> Servers:
    """Database and cache, without a language model."""
    return Servers(database_url, redis_url)


@pytest.fixture(scope="session")
async def record(servers: Servers) -> AsyncIterator[Database]:
    """The record as the service opens it."""
    async with opened(servers.database_url, PATIENT_DATABASE) as database:
        yield database


@pytest.fixture(scope="session")
async def cache(servers: Servers) -> AsyncIterator[Cache]:
    """The cache as the service opens it."""
    cache = Cache(servers.redis_url, 60, PATIENT_CACHE)
    yield cache
    await cache.close()


@pytest.fixture(scope="session")
def url(
    database_url: str, redis_url: str, llm: EmbeddedLlm | EmbeddedVllm, tuned: LanguageModel
) -> Iterator[str]:
    """The gateway with everything behind it."""
    key = llm.api_key if isinstance(llm, EmbeddedLlm) else None
    servers = Servers(database_url, redis_url, llm.url, key)
    with gateway(settings_for(servers, llm_style=tuned.style, llm_model=tuned.alias)) as url:
        yield url


@pytest.fixture(scope="session")
def client(url: str) -> Iterator[httpx.Client]:
    with http_client(url) as client:
        yield client


@pytest.fixture(scope="session")
def database(database_url: str) -> Iterator["psycopg.Connection[tuple[Any, ...]]"]:
    with connect(database_url) as connection:
        yield connection


@pytest.fixture
def patient_id() -> str:
    """A patient nobody has asked about."""
    return f"test-{uuid4()}"


@pytest.fixture
def question(patient_id: str, helpable: Person) -> dict[str, Any]:
    """A question about a real person, answered by search alone: quick, and the same every time."""
    return {"patient_id": patient_id, "features": dict(helpable), "generator": "search"}
