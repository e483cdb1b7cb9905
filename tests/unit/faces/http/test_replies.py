"""Replies are written by the names that callers know, in UTF-8."""

import json

import pytest

from app.domain.counterfactual import Change
from app.faces.http.replies import json_reply

CHANGE = Change(
    feature="bmi", label="Body mass index, Größe", before=31.0, after=29.5, delta=-1.5, unit="kg/m²"
)


@pytest.mark.parametrize("status", [200, 201, 202])
def test_a_reply_has_its_status_and_its_type(status: int) -> None:
    reply = json_reply(CHANGE, status)
    assert (reply.status_code, reply.headers["content-type"]) == (status, "application/json")


def test_fields_go_by_the_names_that_callers_know() -> None:
    told = json.loads(bytes(json_reply(CHANGE).body))
    assert (told["from"], told["to"]) == (31.0, 29.5)
    assert not {"before", "after"} & set(told)


def test_letters_stay_as_they_are() -> None:
    assert "Größe" in bytes(json_reply(CHANGE).body).decode()
