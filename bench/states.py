"""Each state that a page of ours can be in, put on record for a picture of it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from app.classifiers.model_version import ModelVersion
from app.classifiers.partitions import Side, people_of
from bench.running import Json, Run
from tests.kinds_of_answers import (
    CLEARLY_BELOW,
    FRAGILE,
    IN_REACH,
    NOTHING_HELPS,
    OUT_OF_REACH,
    UNCLEAR_BELOW,
)

KINDS = {
    "out-of-reach": OUT_OF_REACH,
    "nothing-helps": NOTHING_HELPS,
    "fragile": FRAGILE,
    "unclear-below": UNCLEAR_BELOW,
    "clearly-below": CLEARLY_BELOW,
    "in-reach": IN_REACH,
}
"""Held-out people, by the kind of their answer."""


def states_of(run: Run, model: ModelVersion) -> Iterator[tuple[str, str]]:
    """The name and the address of each state."""
    people = {one.source_id: dict(one.features) for one in people_of(model, Side.HELD_OUT)}
    for name, person in KINDS.items():
        answer = _asked(run, f"shown-{name}", people[person])
        yield name, _page(answer["patient_id"])
    yield from _known(run, model.name, people[IN_REACH])
    yield from _planned(run, people[IN_REACH])
    yield "entry", _page("shown-nobody")
    yield "worklist", "/"


def _known(run: Run, model: str, features: Json) -> Iterator[tuple[str, str]]:
    """A result that overrules the estimate."""
    patient_id = _asked(run, "shown-known-result", features)["patient_id"]
    measured = {
        "model": model,
        "measured_on": (_today() - timedelta(days=40)).date().isoformat(),
        "value": 6.1,
        "unit": "%",
    }
    run.http.post(f"/patients/{patient_id}/measurements", json=measured).raise_for_status()
    yield "known-result", _page(patient_id)


def _planned(run: Run, features: Json) -> Iterator[tuple[str, str]]:
    """A plan, its handout in both languages, and what became of it at the next values."""
    answer = _asked(run, "shown-plan", features)
    patient_id, option = answer["patient_id"], answer["counterfactuals"][0]
    plan = run.http.post(f"/patients/{patient_id}/plans", json={"counterfactual_id": option["id"]})
    yield "plan", _page(patient_id)
    handout = f"/patients/{patient_id}/plans/{plan.raise_for_status().json()['id']}/handout"
    yield "handout-en", f"{handout}?lang=en"
    yield "handout-es", f"{handout}?lang=es"
    _asked(run, "shown-plan", option["features"])
    yield "followed-up", _page(patient_id)


def _asked(run: Run, patient_id: str, features: Any) -> Json:
    _, answer = run.ask({"patient_id": patient_id, "features": features, "generator": "search"})
    return answer


def _page(patient_id: str) -> str:
    return f"/patients/{patient_id}/interventions"


def _today() -> datetime:
    return datetime.now(UTC)
