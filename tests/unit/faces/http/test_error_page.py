"""A page that tells an error tells by which number it is found, and only where there is something to find."""

import pytest
from starlette.requests import Request

from app.domain.ids import RequestIds
from app.faces.http.pages.errors import error_page

IDS = RequestIds("00000000-0000-4000-8000-000000000001")


@pytest.mark.parametrize(("status", "told"), [(500, True), (404, False)])
def test_what_went_wrong_here_is_found_by_its_number(status: int, told: bool) -> None:
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "state": {"ids": IDS}}
    page = bytes(error_page(Request(scope), status, "It has been logged.").body).decode()
    assert (IDS.ours in page) is told
