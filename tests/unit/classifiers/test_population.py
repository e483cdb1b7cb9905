"""A population read as columns says of everybody what the schema says of one person."""

from pathlib import Path

import numpy as np
import pytest

from app.classifiers.partitions import Side, people_of
from app.classifiers.population import read_people
from app.engine.registry import ModelRegistry, ServedModel


@pytest.fixture(params=["dysglycaemia", "heart-disease"])
def hosted(request: pytest.FixtureRequest, registry: ModelRegistry) -> ServedModel:
    return registry.named(request.param)


@pytest.mark.parametrize("side", Side)
def test_everybody_is_encoded_as_one_alone(hosted: ServedModel, side: Side) -> None:
    model = hosted.model
    rows = read_people(model.schema, model.folder / side).rows
    alone = [model.schema.encode(person.features) for person in people_of(model, side)]
    np.testing.assert_array_equal(rows, np.stack(alone))


@pytest.mark.parametrize("side", Side)
def test_each_person_has_the_risk_of_their_own_row(hosted: ServedModel, side: Side) -> None:
    model = hosted.model
    people = people_of(model, side)[:50]
    alone = [model.classifier.risk(model.schema.encode(person.features)[None, :])[0] for person in people]
    assert [person.risk for person in people] == pytest.approx(alone, abs=1e-6)


def test_nobody_is_on_both_sides(hosted: ServedModel) -> None:
    learned, held = ({person.source_id for person in people_of(hosted.model, side)} for side in Side)
    assert learned
    assert held
    assert not learned & held


def test_the_sides_are_the_files_of_a_version(hosted: ServedModel) -> None:
    assert all((Path(hosted.model.folder) / side).is_file() for side in Side)
