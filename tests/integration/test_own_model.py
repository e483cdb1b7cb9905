"""From a CSV to a patient's page: models of owners' tables are hosted, and asked at their own thresholds."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx
import pandas as pd
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from app.classifiers.store import load_model
from research.commands.main import cli
from research.own_model import adding
from tests.asking import Person
from tests.integration.answers import (
    Json,
    ask,
    assert_ranked,
    assert_verified,
)
from tests.integration.pages import HTML
from tests.integration.serving import Servers, client_of, settings_for
from tests.own_tables import QUICK, decide, ordinary, rare, without_age, written

MODELS = {
    "own-risk": (ordinary, ("bmi", "walks"), 0.2),
    "rare-risk": (rare, ("bmi",), 0.02),
    "ageless-risk": (without_age, ("bmi", "walks"), 0.075),
    "tenth-risk": (without_age, ("walks",), 0.1),
}
"""By name: the table, what its owner lets people change, and the threshold."""
LATER = "tenth-risk"
"""The one whose outcome comes within a time."""


@dataclass(frozen=True)
class Hosted:
    client: httpx.Client
    store: Path

    def people(self, name: str) -> list[Person]:
        """Held-out people of a model whose risk is above its threshold, the lowest first."""
        model = load_model(self.store / name)
        assert model.held_out is not None
        rows = pq.read_table(model.folder / "held_out.parquet").select(list(model.schema.by_name)).to_pylist()
        risk = model.classifier.risk(model.held_out.rows)
        return [rows[place] for place in risk.argsort() if risk[place] > model.schema.model.threshold]


def add(name: str, table: pd.DataFrame, folder: Path, *options: str) -> str:
    """The command, as an owner types it; what it says."""
    data = str(written(table, folder))
    words = [
        "add-model",
        name,
        "--data",
        data,
        "--outcome",
        "event",
        "--store",
        str(folder / "store"),
        *options,
    ]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0, done.output
    return done.output


def _comes_later(task: str) -> str:
    assert 'outcome_when = "now"' in task
    return task.replace('outcome_when = "now"', 'outcome_when = "later"')


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own")
    with pytest.MonkeyPatch.context() as quick:
        quick.setattr(adding, "whole_size", lambda: QUICK)
        for name, (table, changed, threshold) in MODELS.items():
            add(name, table(), folder)
            task = folder / "store" / name / "task.toml"
            decide(task, *changed, threshold=threshold, edit=_comes_later if name == LATER else str)
            assert "Host it:" in add(name, table(), folder)
    return folder / "store"


@pytest.fixture(scope="module")
def hosted(servers: Servers, store: Path) -> Iterator[Hosted]:
    with client_of(
        settings_for(servers, model_store=store, default_model="own-risk", llm_url=None)
    ) as client:
        yield Hosted(client, store)


def question(name: str, person: Person, **more: object) -> Json:
    return {
        "patient_id": f"own-{uuid4()}",
        "model": name,
        "features": dict(person),
        "generator": "search",
        **more,
    }


@pytest.mark.parametrize("name", MODELS)
def test_each_answers_with_verified_options_at_its_own_threshold(hosted: Hosted, name: str) -> None:
    threshold = MODELS[name][2]
    answers = [ask(hosted.client, question(name, person)) for person in hosted.people(name)[:30:3]]
    told = [answer for answer in answers if answer["counterfactuals"]]
    assert told
    for answer in answers:
        assert answer["prediction"]["target"] == threshold
    for answer in told:
        assert_verified(hosted.client, answer)
        assert_ranked(answer, 0.9)
        for option in answer["counterfactuals"]:
            assert option["risk"] <= threshold


def test_the_patients_page_is_there(hosted: Hosted) -> None:
    person = hosted.people("own-risk")[5]
    asked = question("own-risk", person)
    ask(hosted.client, asked)
    page = hosted.client.get(f"/patients/{asked['patient_id']}/interventions", headers=HTML)
    assert page.status_code == 200
    assert "Own risk" in page.text


def test_no_result_is_taken_for_an_outcome_to_come(hosted: Hosted) -> None:
    """Nobody can look for it, so the page asks for no result, and one that is sent is refused in words."""

    def sent(name: str) -> tuple[httpx.Response, str]:
        asked = question(name, hosted.people(name)[0])
        ask(hosted.client, asked)
        found = {"model": name, "measured_on": "2026-01-05", "finding": "absent"}
        patient = f"/patients/{asked['patient_id']}"
        result = hosted.client.post(f"{patient}/measurements", json=found)
        return result, hosted.client.get(f"{patient}/interventions", headers=HTML).text

    refused, page = sent(LATER)
    assert refused.status_code == 422
    assert "no result of today settles" in refused.text
    assert "Overruled by a result" not in page
    assert "Find out whether there is" not in page
    assert "Enter a result" not in page
    kept, page = sent("own-risk")
    assert kept.status_code == 201
    assert "Overruled by a result" in page


def test_a_prediction_says_the_class_at_the_threshold(hosted: Hosted) -> None:
    for name, (_, _, threshold) in MODELS.items():
        told = hosted.client.post(
            "/predictions", json={"model": name, "features": dict(hosted.people(name)[0])}
        )
        assert told.status_code == 200, told.text
        assert told.json()["label"] == "high"
        assert told.json()["risk"] > threshold


def test_card_and_schema_are_served(hosted: Hosted) -> None:
    card = hosted.client.get("/models/own-risk/card", headers={"Accept": "application/json"})
    assert card.json()["performance"]["held_out"]["n"] > 100
    names = {model["name"] for model in hosted.client.get("/models").json()}
    assert names == set(MODELS)


def test_bad_tables_are_refused_in_a_sentence_and_leave_nothing(tmp_path: Path) -> None:
    data = written(ordinary().assign(event=1), tmp_path)
    words = [
        "add-model",
        "constant",
        "--data",
        str(data),
        "--outcome",
        "event",
        "--store",
        str(tmp_path / "s"),
    ]
    refused = CliRunner().invoke(cli, words)
    assert refused.exit_code == 1
    assert "Traceback" not in refused.output
    assert len(refused.output.strip().splitlines()) <= 2
    assert not (tmp_path / "s").exists()
