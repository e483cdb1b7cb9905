"""Real parts that can be killed and frozen, and the table of what came of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.local.embedded.language_model import LanguageModel
from tests.asking import Person
from tests.faults.findings import Finding
from tests.faults.stage import PATIENT, Gateway
from tests.integration.serving import LastingLlm, LastingPostgres, LastingValkey

_findings: list[Finding] = []


@pytest.fixture(scope="session")
def findings() -> list[Finding]:
    """To note what was found."""
    return _findings


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LastingPostgres]:
    server = LastingPostgres(tmp_path_factory.mktemp("postgres"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LastingValkey]:
    server = LastingValkey(tmp_path_factory.mktemp("valkey"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def llm(tmp_path_factory: pytest.TempPathFactory, tuned: LanguageModel, kept: Path) -> Iterator[LastingLlm]:
    server = LastingLlm(tuned, kept, tmp_path_factory.mktemp("llm"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def gateway(postgres: LastingPostgres, valkey: LastingValkey, llm: LastingLlm) -> Iterator[Gateway]:
    """A gateway on all the parts, impatient with its language model."""
    parts = {"DATABASE_URL": postgres.url, "REDIS_URL": valkey.url, "LLM_URL": llm.url}
    parts["LLM_API_KEY"] = llm.api_key
    gateway = Gateway(
        parts | PATIENT | {"LLM_STYLE": "fine_tuned", "LLM_DEADLINE_S": "2.5", "LLM_REST_S": "2"}
    )
    gateway.start()
    yield gateway
    gateway.kill()


@pytest.fixture(scope="session")
def people(nearest: list[Person]) -> list[dict[str, Any]]:
    """Whom callers ask about."""
    return [dict(one) for one in nearest[:60]]
