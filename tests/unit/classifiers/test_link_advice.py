"""Of two features that say the same and of which one is acted on, the owner is told how the other follows."""

import tomllib
from typing import Any

import numpy as np
import pytest

from app.classifiers.link_advice import pair_advice
from app.domain.schema import FeatureSchema, FloatArray

ROWS = 400
RANDOM = np.random.default_rng(11)
CIGARETTES = np.where(RANDOM.random(ROWS) < 0.3, RANDOM.integers(1, 40, ROWS), 0).astype(float)
BMI = RANDOM.normal(28, 5, ROWS)
COLUMNS: dict[str, FloatArray] = {
    "cigarettes": CIGARETTES,
    "smoker": (CIGARETTES > 0).astype(float),
    "bmi": BMI,
    "waist": 40 + 2.2 * BMI + RANDOM.normal(0, 4, ROWS),
    "pulse": RANDOM.normal(70, 9, ROWS),
}
LOWER = {"direction": "decrease", "verb": "less", "limit": [0, 200], "effort": 0.1}
STOP = {"direction": "decrease", "verb": "stopping", "effort": 0.5}


def schema_of(*acted_on: str, links: tuple[object, ...] = ()) -> FeatureSchema:
    features = []
    for name in COLUMNS:
        kind = "boolean" if name == "smoker" else "number"
        numeric = {"unit": "1", "clinical": [0, 200], "observed": [0, 200]} if kind == "number" else {}
        action = {"action": STOP if name == "smoker" else LOWER} if name in acted_on else {}
        features.append({"name": name, "label": name, "kind": kind} | numeric | action)
    model = {"name": "m", "title": "M", "outcome": "x", "description": "", "threshold": 0.5}
    model |= {"min_robustness": 0.9, "max_changes": 1, "horizon": "a year", "effort_per_change": 0.25}
    data = {"name": "own", "publisher": "us", "licence": "ours", "loader": "own_table"}
    content = {"model": model, "data": data, "feature": features, "link": list(links)}
    return FeatureSchema.model_validate(content)


def pasted(said: str) -> dict[str, Any]:
    link: dict[str, Any]
    [link] = tomllib.loads(said[said.index("[[link]]") :])["link"]
    return link


RULE = {"kind": "rule", "feature": "smoker", "driver": "cigarettes", "yes_when": [1, 200]}


@pytest.mark.parametrize(
    ("acted_on", "told"),
    [
        (["cigarettes"], "an action moves cigarettes while it stays"),
        (["smoker"], "an action turns it while cigarettes stays. Give cigarettes the action instead"),
        (["cigarettes", "smoker"], "each has an action"),
    ],
    ids=["number", "yes or no", "both"],
)
def test_a_yes_that_contradicts_its_number(acted_on: list[str], told: str) -> None:
    [said] = pair_advice(schema_of(*acted_on), COLUMNS)
    assert said.startswith("smoker: it is yes exactly where cigarettes is 1 or more, in 100 % of people")
    assert told in said
    assert pasted(said) == RULE


def test_a_number_that_stays_on_the_way_of_another() -> None:
    [said] = pair_advice(schema_of("bmi"), COLUMNS)
    assert said.startswith("waist: it goes along with bmi (correlation 0.9")
    link = pasted(said)
    assert link == {"kind": "linear", "feature": "waist", "driver": "bmi", "slope": link["slope"]}
    assert list(pair_advice(schema_of("bmi", links=(link,)), COLUMNS)) == []


@pytest.mark.parametrize("acted_on", [[], ["pulse"], ["bmi", "waist"]], ids=str)
def test_what_cannot_contradict_is_not_told(acted_on: list[str]) -> None:
    assert list(pair_advice(schema_of(*acted_on), COLUMNS)) == []


def test_what_follows_is_not_told() -> None:
    assert list(pair_advice(schema_of("cigarettes", links=(RULE,)), COLUMNS)) == []


def test_unknown_values_and_one_in_a_hundred_are_passed_over() -> None:
    smoker = COLUMNS["smoker"].copy()
    smoker[:40] = np.nan
    smoker[[60, 70]] = 1 - smoker[[60, 70]]
    [said] = pair_advice(schema_of("cigarettes"), COLUMNS | {"smoker": smoker})
    assert "in 99.4 % of people" in said
    smoker[100:110] = 1 - smoker[100:110]
    assert list(pair_advice(schema_of("cigarettes"), COLUMNS | {"smoker": smoker})) == []
