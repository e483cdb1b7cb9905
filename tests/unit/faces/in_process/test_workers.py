"""Processes that help a program: one that ends loses no more than its question."""

import json
from collections.abc import Iterator

import pytest

from app.faces.in_process.workers import Helper
from app.paths import MODEL_STORE

SCHEMA = ("GET", "/models/{name}/schema")


@pytest.fixture(scope="module")
def helper() -> Iterator[Helper]:
    settings = {"store": str(MODEL_STORE), "name": "heart-disease", "work": 1.0}
    helper = Helper(json.dumps(settings).encode())
    yield helper
    helper.close()


def test_a_helper_that_ends_is_told_and_the_next_question_starts_another(helper: Helper) -> None:
    status, body = helper.exchange(*SCHEMA)
    assert (status, "age" in json.loads(body)["properties"]) == (200, True)
    assert helper._process is not None
    helper._process.kill()
    helper._process.wait()
    status, body = helper.exchange(*SCHEMA)
    assert (status, json.loads(body)["status"]) == (503, 503)
    assert helper.exchange(*SCHEMA)[0] == 200


def test_what_takes_a_record_is_not_answered(helper: Helper) -> None:
    status, body = helper.exchange("GET", "/counterfactuals/{answer_id}")
    assert status == 404
    assert "running service" in json.loads(body)["detail"]
