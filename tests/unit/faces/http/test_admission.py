"""Which class of work a request is of."""

import re

import pytest

from app.admission.doorway import WorkClass
from app.faces.http.admission import work_of
from app.identity.policy import POLICY


@pytest.mark.parametrize("template", sorted(path for method, path in POLICY if method == "GET"))
def test_head_is_as_much_work_as_get(template: str) -> None:
    path = re.sub(r"\{[^}]*\}", "x", template)
    assert work_of("HEAD", path) is work_of("GET", path)


def test_charts_are_searches() -> None:
    assert work_of("HEAD", "/patients/P-1/charts") is WorkClass.SEARCHES
    assert work_of("GET", "/patients/P-1/plans") is WorkClass.REQUESTS


def test_opened_charts_have_room_of_their_own() -> None:
    assert work_of("POST", "/cds-services/interventions-heart-disease") is WorkClass.CARDS
    assert work_of("POST", "/cds-services/interventions-heart-disease/feedback") is WorkClass.REQUESTS
