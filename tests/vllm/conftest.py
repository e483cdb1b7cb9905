"""A real vLLM, and the gateway on it; everything else as in the integration tests."""

from collections.abc import Iterator

import httpx
import pytest

from tests.integration.conftest import (
    client,
    database_url,
    home,
    kept,
    llm_url,
    patient_id,
    question,
    redis_url,
    servers,
    tuned,
    url,
)
from tests.integration.serving import SECONDS

__all__ = [
    "client",
    "database_url",
    "home",
    "kept",
    "llm_url",
    "patient_id",
    "question",
    "redis_url",
    "servers",
    "tuned",
    "url",
]


@pytest.fixture(scope="session")
def vllm(llm_url: str) -> Iterator[httpx.Client]:
    """vLLM itself, past the gateway."""
    with httpx.Client(base_url=llm_url.removesuffix("/v1"), timeout=SECONDS, trust_env=False) as vllm:
        yield vllm
