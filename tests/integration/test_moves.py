"""Categories that people act on, from an owner's table to JSON, page, what-if, plan and in process."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from app.classifiers.partitions import Side, people_of
from app.classifiers.store import load_model
from app.cli.main import cli as command
from research.own_model import adding
from tests.asking import Person
from tests.integration.answers import Json, ask, assert_verified
from tests.integration.pages import HTML, HTMX
from tests.integration.serving import Servers, client_of, settings_for
from tests.integration.test_own_model import add
from tests.own_tables import QUICK, decide, has_outcome
from turnpoint.recourse import Recourse

NAME = "smoke-risk"
ACTION = """
role = "behaviour"
theme = "smoking"
[feature.action]
direction = "moves"
verb = "stopping smoking"
effort = 1.0
moves = [
  { from = "every day", to = "former" },
  { from = "every day", to = "some days", effort = 0.4, verb = "smoking on fewer days" },
  { from = "some days", to = "former", effort = 0.7 },
]
"""


def smokers(people: int = 1200) -> pd.DataFrame:
    rng = np.random.default_rng(8)
    smoking = rng.choice(["never", "former", "some days", "every day"], people, p=[0.3, 0.2, 0.2, 0.3])
    table = pd.DataFrame({"smoking": smoking, "walks": rng.integers(0, 8, people)})
    weight = table.smoking.map({"never": 0.0, "former": 0.6, "some days": 1.8, "every day": 3.0})
    return table.assign(event=has_outcome(weight - (table.walks - 3.5) / 3, 0.3, rng))


def with_moves(task: str) -> str:
    """What an owner writes below the category; the draft shows how in a comment."""
    assert '# direction = "moves"' in task
    own = task.index('name = "smoking"')
    end = task.index("# If a person can go from one of these values", own)
    rest = task.find("\n\n[[feature]]", end)
    return task[:end].rstrip() + ACTION + task[rest:].replace("max_changes = 1", "max_changes = 2")


@dataclass(frozen=True)
class Hosted:
    client: httpx.Client
    store: Path
    somebody: Person
    """Who smokes every day, whose risk is above the threshold."""


@pytest.fixture(scope="module")
def hosted(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosted]:
    folder = tmp_path_factory.mktemp("moves")
    with pytest.MonkeyPatch.context() as quick:
        quick.setattr(adding, "whole_size", lambda: QUICK)
        add(NAME, smokers(), folder)
        task = folder / "store" / NAME / "task.toml"
        decide(task, "walks", threshold=0.4, edit=with_moves)
        assert "Host it:" in add(NAME, smokers(), folder)
    store = folder / "store"
    model = load_model(store / NAME)
    rows = pq.read_table(model.folder / "held_out.parquet").select(list(model.schema.by_name)).to_pylist()
    assert model.held_out is not None
    risk = model.classifier.risk(model.held_out.rows)
    daily = [at for at, row in enumerate(rows) if row["smoking"] == "every day" and risk[at] > 0.5]
    settings = settings_for(servers, model_store=store, default_model=NAME, llm_url=None)
    with client_of(settings) as client:
        yield Hosted(client, store, rows[daily[0]])


def question(hosted: Hosted, **more: object) -> Json:
    return {
        "patient_id": f"moves-{uuid4()}",
        "features": hosted.somebody,
        "generator": "search",
        "min_robustness": 0.0,
        "constraints": {"features_to_vary": ["smoking"]},
        **more,
    }


def moved(answer: Json) -> list[Json]:
    """The moves of all options and improvements."""
    options = [*answer["counterfactuals"], *answer["improvements"]]
    return [one for option in options for one in option["changes"] if one["feature"] == "smoking"]


@pytest.fixture(scope="module")
def answer(hosted: Hosted) -> Json:
    told = ask(hosted.client, question(hosted, always=True))
    assert moved(told)
    return told


def test_an_option_says_from_which_category_to_which(hosted: Hosted, answer: Json) -> None:
    assert_verified(hosted.client, answer)
    verbs = {"former": "stopping smoking", "some days": "smoking on fewer days"}
    for option in (*answer["counterfactuals"], *answer["improvements"]):
        [change] = option["changes"]
        assert (change["from"], change["delta"], change["unit"]) == ("every day", None, None)
        assert option["features"]["smoking"] == change["to"]
        assert option["summary"] == f"Consider {verbs[change['to']]}, from every day to {change['to']}."
    conditions: Any = answer["conditions"]
    assert [(one["from"], one["to"]) for one in conditions["permitted"]] == [
        ("every day", "some days"),
        ("every day", "former"),
    ]


def test_the_page_says_it_in_words_and_lets_one_set_it(hosted: Hosted, answer: Json) -> None:
    patient = f"/patients/{answer['patient_id']}"
    page = hosted.client.get(f"{patient}/interventions", headers=HTML).raise_for_status().text
    assert "Stopping smoking" in page or "Smoking on fewer days" in page
    assert 'name="at.smoking"' in page
    assert "every day\N{NO-BREAK SPACE}→\N{NO-BREAK SPACE}" in page
    told = hosted.client.post(
        f"{patient}/what-if", data={"answer": answer["id"], "at.smoking": "2"}, headers=HTMX
    )
    assert told.status_code == 200
    assert "former" in told.text
    beyond = hosted.client.post(
        f"{patient}/what-if", data={"answer": answer["id"], "at.smoking": "3"}, headers=HTMX
    )
    assert beyond.status_code == 422


def test_asking_from_a_what_if_makes_no_second_move(hosted: Hosted, answer: Json) -> None:
    """From some days to none is a move, but from every day it would be two."""
    path = f"/patients/{answer['patient_id']}/interventions"
    sent = hosted.client.post(path, data={"answer": answer["id"], "at.smoking": "1"}, headers=HTML)
    assert sent.status_code == 303, sent.text
    newest = hosted.client.get(path).json()["answers"][0]
    assert newest["based_on"] == answer["id"]
    assert newest["question"]["features"]["smoking"] == "some days"
    assert not moved(newest)
    as_is = hosted.somebody | {"smoking": "some days"}
    assert {
        one["to"] for one in moved(ask(hosted.client, question(hosted, features=as_is, always=True)))
    } == {"former"}


def test_a_what_if_of_a_category_becomes_a_plan(hosted: Hosted, answer: Json) -> None:
    def plan(value: object) -> httpx.Response:
        what_if = {"answer_id": answer["id"], "values": {"smoking": value}}
        return hosted.client.post(f"/patients/{answer['patient_id']}/plans", json={"what_if": what_if})

    made = plan("former")
    assert made.status_code == 201, made.text
    [change] = made.json()["changes"]
    assert (change["from"], change["to"]) == ("every day", "former")
    assert made.json()["name"]
    page = hosted.client.get(f"/patients/{answer['patient_id']}/interventions", headers=HTML)
    assert page.status_code == 200
    for refused in ("never", 1, True):
        assert plan(refused).status_code == 422


def test_no_range_of_a_category_is_taken(hosted: Hosted) -> None:
    asked = question(hosted, constraints={"permitted_range": {"smoking": [0, 1]}})
    refused = hosted.client.post("/counterfactuals", json=asked)
    assert refused.status_code == 422
    assert "is a category, which has no range: name it in `features_to_keep`" in refused.text
    kept = ask(hosted.client, question(hosted, always=True, constraints={"features_to_keep": ["smoking"]}))
    assert not moved(kept)


def test_the_schema_says_the_moves_and_fhir_the_words(hosted: Hosted, answer: Json) -> None:
    schema = hosted.client.get(f"/models/{NAME}/schema").raise_for_status().json()
    told = schema["properties"]["smoking"]["x-actionable"]
    assert told["direction"] == "moves"
    assert not {"step", "limit", "whole"} & told.keys()
    assert told["moves"][1] == {
        "from": "every day",
        "to": "some days",
        "effort": 0.4,
        "verb": "smoking on fewer days",
    }
    assert "moves" not in schema["properties"]["walks"]["x-actionable"]
    fhir = hosted.client.get(
        f"/counterfactuals/{answer['id']}", headers={"Accept": "application/fhir+json"}
    ).raise_for_status()
    assert "smoking, from every day to" in fhir.text or "on fewer days, from every day to" in fhir.text


def test_the_same_is_said_in_process(hosted: Hosted, answer: Json) -> None:
    with Recourse.load(NAME, store=hosted.store) as recourse:
        told = recourse.explain_one(
            hosted.somebody, min_robustness=0.0, features_to_vary=["smoking"], always=True
        )
    assert [one.summary for one in told.counterfactuals] == [
        one["summary"] for one in answer["counterfactuals"]
    ]


def test_check_shows_what_somebody_could_do(hosted: Hosted) -> None:
    model = load_model(hosted.store / NAME)
    people = people_of(model, Side.HELD_OUT)
    number = next(one.source_id for one in people if one.features["smoking"] == "every day")
    done = CliRunner().invoke(command, ["check", str(hosted.store / NAME), "--person", str(number)])
    assert done.exit_code == 0, done.output
    assert "smoking every day" in done.output
