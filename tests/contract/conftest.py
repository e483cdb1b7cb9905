"""The gateway under contract: real database and cache, and no language model, which changes no shape."""

from collections.abc import Iterator

import pytest

from tests.integration.conftest import database_url, home, redis_url, servers
from tests.integration.processes import serving
from tests.integration.serving import Servers

__all__ = ["database_url", "home", "redis_url", "servers"]


@pytest.fixture(scope="session")
def url(servers: Servers) -> Iterator[str]:
    """A gateway in a process of its own: what generates the requests is busy enough in this one."""
    with serving(servers, servers.database_url) as (_, client):
        yield str(client.base_url)
