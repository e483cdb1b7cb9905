"""Real people for examples and demonstrations: held out from training, high risk, every feature known."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from fastapi import FastAPI

from app.classifiers.hosted import HostedModel
from app.domain.constraints import read_constraints
from app.domain.levers import levers_of
from app.domain.patient import Patient
from app.domain.schema import Value
from app.engine.question import Question
from app.engine.search import search


@dataclass(frozen=True, slots=True)
class Example:
    """A held-out person by the id their data set gives them, and their features."""

    source_id: int
    features: dict[str, Value]


def example_people(model: HostedModel, count: int) -> list[Example]:
    """Held-out people whom the classifier calls high risk, those nearest the threshold plus 0.1 first."""
    schema = model.schema
    names = [feature.name for feature in schema.features]
    table = pq.read_table(model.folder / "held_out.parquet", columns=["seqn", *names]).to_pylist()
    whole = [person for person in table if None not in person.values()]
    risk = model.classifier.risk(np.stack([schema.encode(person) for person in whole]))
    order = np.argsort(np.abs(risk - (schema.model.threshold + 0.1)), kind="stable")[:count]
    return [Example(whole[i]["seqn"], {name: whole[i][name] for name in names}) for i in order]


def document_examples(app: FastAPI, model: HostedModel) -> None:
    """Put a real request into the OpenAPI document of each endpoint that takes features."""
    person = _with_a_way_down(model, example_people(model, 20)).features
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


def _with_a_way_down(model: HostedModel, people: list[Example]) -> Example:
    """The first of the people whose risk can be brought to the threshold."""
    constraints = read_constraints(model.schema, None, None, None)
    for person in people:
        patient = Patient(person.features, model.schema.encode(person.features))
        levers = levers_of(model.schema, patient, constraints)
        question = Question(model.schema, patient, levers, model.classifier, model.schema.model.threshold)
        if len(search(question).levels):
            return person
    return people[0]
