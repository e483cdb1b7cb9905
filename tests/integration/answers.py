"""Asking the gateway, and what must hold for every answer it gives."""

from itertools import combinations, pairwise
from typing import Any

import httpx
import pytest

Json = dict[str, Any]


def ask(client: httpx.Client, question: Json, **more: Any) -> Json:
    """The answer to a question."""
    response = client.post("/counterfactuals", json=question | more)
    assert response.status_code == 200, response.text
    answer: Json = response.json()
    return answer


def found(client: httpx.Client, question: Json, **more: Any) -> Json:
    """An answer with options."""
    answer = ask(client, question, **more)
    assert answer["status"] == "found"
    assert answer["counterfactuals"]
    assert answer["infeasible"] is None
    return answer


def risk_of(client: httpx.Client, features: Json, model: str | None = None) -> float:
    """What the classifier of a model, or of the default one, says about a person."""
    response = client.post("/predictions", json={"features": features, "model": model})
    assert response.status_code == 200, response.text
    return float(response.json()["risk"])


def told(answer: Json) -> Json:
    """An answer without what differs between its first telling and later ones."""
    generation = answer["generation"].items()
    kept = {name: value for name, value in generation if name not in ("cached", "elapsed_ms")}
    return answer | {"generation": kept}


def assert_verified(client: httpx.Client, answer: Json) -> None:
    """The classifier itself puts every option at or below the target."""
    for option in answer["counterfactuals"]:
        assert option["verified"] is True
        assert option["risk"] <= answer["prediction"]["target"]
        risk = risk_of(client, option["features"], answer["model"]["name"])
        assert risk == pytest.approx(option["risk"], abs=1e-6)


def assert_changes_explain_the_difference(question: Json, option: Json) -> None:
    """Changes, what is linked and what is brought along are all that differs from the person asked about."""
    before, after = question["features"], option["features"]
    told_of = [*option["changes"], *option["linked"], *option["brought_along"]]
    listed = {change["feature"]: change for change in told_of}
    assert len(listed) == len(told_of)
    assert set(listed) == {name for name, value in after.items() if value != before[name]}
    for name, change in listed.items():
        assert (change["from"], change["to"]) == (before[name], after[name])
        if change["delta"] is not None:
            assert change["delta"] == pytest.approx(change["to"] - change["from"], abs=1e-6)


def assert_ranked(answer: Json, min_robustness: float) -> None:
    """Options that hold, least effort first; fragile ones only where nothing holds, and they say so."""
    options = answer["counterfactuals"]
    assert [option["rank"] for option in options] == list(range(1, len(options) + 1))
    for option in options:
        assert option["fragile"] == (min(option["robustness"].values()) < min_robustness)
    assert len({option["fragile"] for option in options}) == 1
    if not options[0]["fragile"]:
        assert all(one["effort"] <= next_["effort"] + 1e-6 for one, next_ in pairwise(options))


def assert_no_option_repeats_a_better_one(answer: Json) -> None:
    """No option changes all that one before it changes."""
    changed = [{change["feature"] for change in option["changes"]} for option in answer["counterfactuals"]]
    assert not [(better, worse) for better, worse in combinations(changed, 2) if better <= worse]
