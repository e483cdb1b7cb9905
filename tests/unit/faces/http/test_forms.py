"""A form is read as the JSON object of its fields, by the same endpoint."""

from typing import Any

import pytest
from fastapi import APIRouter, Body, FastAPI, Request
from hypothesis import given, settings
from hypothesis import strategies as st

from app.faces.http import problems
from app.faces.http.forms import FormRoute, is_form
from tests.unit.faces.http.requests import client_of

FORM = "application/x-www-form-urlencoded"
NAMES = st.from_regex(r"[a-z_]{1,12}", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30)


def service() -> FastAPI:
    """Tells what it was sent, and in which way."""
    router = APIRouter(route_class=FormRoute)

    @router.post("/")
    async def echo(request: Request, fields: dict[str, Any] = Body()) -> dict[str, Any]:  # noqa: B008
        return {"fields": fields, "is_form": is_form(request)}

    app = FastAPI()
    app.include_router(router)
    problems.install(app)
    return app


SERVICE = service()


@settings(max_examples=30)
@given(st.dictionaries(NAMES, TEXTS, min_size=1, max_size=6))
async def test_a_form_arrives_as_its_fields(fields: dict[str, str]) -> None:
    async with client_of(SERVICE) as client:
        sent = await client.post("/", data=fields)
    assert sent.json() == {"fields": fields, "is_form": True}


@pytest.mark.parametrize("kind", [FORM, f"{FORM}; charset=utf-8", FORM.upper()])
async def test_a_form_is_known_by_its_type(kind: str) -> None:
    async with client_of(SERVICE) as client:
        sent = await client.post("/", content=b"verdict=accepted", headers={"Content-Type": kind})
    assert sent.json() == {"fields": {"verdict": "accepted"}, "is_form": True}


async def test_json_is_no_form() -> None:
    async with client_of(SERVICE) as client:
        sent = await client.post("/", json={"verdict": "accepted", "note": ""})
    assert sent.json() == {"fields": {"verdict": "accepted", "note": ""}, "is_form": False}


async def test_a_field_that_is_left_empty_is_left_out() -> None:
    async with client_of(SERVICE) as client:
        sent = await client.post("/", data={"verdict": "accepted", "note": "", "reason": " "})
    assert sent.json()["fields"] == {"verdict": "accepted", "reason": " "}


@pytest.mark.parametrize(("name", "pointer"), [("note", "/note"), ("value.bmi", "/bmi"), ("Erika M", "")])
async def test_a_field_that_is_there_twice_is_refused(name: str, pointer: str) -> None:
    async with client_of(SERVICE) as client:
        refused = await client.post("/", data={name: ["1", "2"]})
    assert refused.status_code == 422
    assert refused.json()["errors"] == [{"pointer": pointer, "detail": "is there more than once"}]
