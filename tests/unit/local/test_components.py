"""Which servers are the user's own: those that the environment names."""

import pytest

from app.local.components import SERVERS, ExternalServers

NAMES = ("DATABASE_URL", "REDIS_URL", "LLM_URL")


@pytest.mark.parametrize("given", [NAMES[:count] for count in range(4)])
@pytest.mark.parametrize("llm", SERVERS)
def test_what_is_not_named_is_embedded(
    monkeypatch: pytest.MonkeyPatch, given: tuple[str, ...], llm: str
) -> None:
    for name in NAMES:
        monkeypatch.setenv(name, f"server://{name}" if name in given else "")
    servers = ExternalServers.from_environment(llm)
    told = (servers.database_url, servers.redis_url, servers.llm_url)
    assert told == tuple(f"server://{name}" if name in given else None for name in NAMES)
    assert servers.llm == llm
