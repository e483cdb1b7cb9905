"""Real people for examples and demonstrations: held out from training, high risk, every feature known."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from fastapi import FastAPI

from app.classifiers.hosted import HostedModel
from app.domain.counterfactual import Generator
from app.domain.schema import Value
from app.engine.finding import find
from app.engine.hosting import Hosted
from app.engine.question import question_about
from app.engine.wish import Wish

_OUT_OF_REACH = 1e-4


@dataclass(frozen=True, slots=True)
class Example:
    """A held-out person by the id their data set gives them, and their features."""

    source_id: int
    features: dict[str, Value]


def example_people(model: HostedModel, count: int) -> list[Example]:
    """Held-out people whom the classifier calls high risk, those nearest the threshold plus 0.1 first."""
    schema = model.schema
    names = [feature.name for feature in schema.features]
    with pq.ParquetFile(model.folder / "held_out.parquet") as file:
        table = file.read(columns=["seqn", *names], use_threads=False).to_pylist()
    whole = [person for person in table if None not in person.values()]
    risk = model.classifier.risk(np.stack([schema.encode(person) for person in whole]))
    order = np.argsort(np.abs(risk - (schema.model.threshold + 0.1)), kind="stable")[:count]
    return [Example(whole[i]["seqn"], {name: whole[i][name] for name in names}) for i in order]


def document_examples(app: FastAPI, hosted: Hosted) -> None:
    """Put a real request into the OpenAPI document of each endpoint that takes features."""
    model = hosted.model
    person = _with_a_way_down(hosted, example_people(model, 20)).features
    bodies: dict[str, dict[str, Any]] = {
        "/counterfactuals": {"patient_id": "P-0017", "model": model.name, "features": person, "count": 4},
        "/predictions": {"model": model.name, "features": person},
    }
    generate = app.openapi

    def with_examples() -> dict[str, Any]:
        document = generate()
        for path, body in bodies.items():
            document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["example"] = body
        return document

    app.openapi = with_examples  # type: ignore[method-assign]


def warm_up(hosted: Hosted) -> None:
    """Answer for one person, in reach and out of it: what the search is made of gets compiled or loaded.

    It takes some ten seconds on a machine's first start, which the first caller need not wait for.
    """
    person = example_people(hosted.model, 1)[0]
    find(question_about(hosted.model, person.features), hosted.yardsticks, _as_by_default(hosted.model))
    beyond = question_about(hosted.model, person.features, target=_OUT_OF_REACH)
    find(beyond, hosted.yardsticks, _as_by_default(hosted.model))


def _with_a_way_down(hosted: Hosted, people: list[Example]) -> Example:
    """The first of the people whose risk can be brought to the threshold."""
    wish = _as_by_default(hosted.model)
    for person in people:
        if len(find(question_about(hosted.model, person.features), hosted.yardsticks, wish).levels):
            return person
    return people[0]


def _as_by_default(model: HostedModel) -> Wish:
    return Wish(count=1, min_robustness=model.schema.model.min_robustness, generator=Generator.SEARCH)
