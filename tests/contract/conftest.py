"""The gateway under contract: real database and cache, and where vLLM is tested, vLLM.

Elsewhere without a language model: it changes no shape, and takes its time.
"""

import os
from collections.abc import Iterator

import pytest

from app.local.embedded.language_model import LanguageModel
from tests.integration.processes import serving
from tests.integration.serving import Servers


@pytest.fixture(scope="session")
def url(servers: Servers, request: pytest.FixtureRequest) -> Iterator[str]:
    """A gateway in a process of its own: what generates the requests is busy enough in this one."""
    language_model = {}
    if os.environ.get("TEST_LLM") == "vllm":
        tuned: LanguageModel = request.getfixturevalue("tuned")
        language_model = {
            "LLM_URL": request.getfixturevalue("llm_url"),
            "LLM_MODEL": tuned.alias,
            "LLM_STYLE": tuned.style,
        }
    with serving(servers, servers.database_url, language_model) as (_, client):
        yield str(client.base_url)
