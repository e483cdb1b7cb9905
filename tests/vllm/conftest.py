"""A real vLLM, which the gateway asks as well."""

from collections.abc import Iterator

import httpx
import pytest

from tests.integration.serving import SECONDS


@pytest.fixture(scope="session")
def vllm(llm_url: str) -> Iterator[httpx.Client]:
    """vLLM itself, past the gateway."""
    with httpx.Client(base_url=llm_url.removesuffix("/v1"), timeout=SECONDS, trust_env=False) as vllm:
        yield vllm
