"""Addresses longer than any are refused before they are read."""

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from app.faces.http.targets import ShortTarget
from app.settings import Settings
from tests.unit.faces.http.requests import client_of


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/livez?" + "a=&" * 20_000, 414),
        ("/livez?" + "a=&" * 99, 204),
        ("/livez?" + "a=&" * 100, 414),
        ("/livez?ignore_columns=" + "a" * 10_000, 204),  # as long as that may be
        ("/livez?" + "a" * 12 * 1024, 414),
        ("/" + "a" * 12 * 1024, 414),
        ("/livez", 204),
    ],
)
async def test_an_address_of_more_than_any_endpoint_takes_is_refused(target: str, status: int) -> None:
    app = Starlette(routes=[Route("/livez", lambda _: Response(status_code=204))])
    bound = (
        Settings.model_fields["max_target_bytes"].default,
        Settings.model_fields["max_query_fields"].default,
    )
    async with client_of(ShortTarget(app, *bound)) as client:
        assert (await client.get(target)).status_code == status
