"""A job's people: each valid one once, in order, in chunks, and no more than `max_rows` can come of."""

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from app.classifiers.model_version import ModelVersion
from app.domain.errors import MOST_FAULTS, InvalidInputError
from app.domain.patient import read_patient
from app.usecases.augmentation.repository import AugmentationRepository
from app.usecases.augmentation.schemas import AugmentationRequest
from app.usecases.augmentation.sources import CHUNK, Sources, sources_of
from tests.asking import Person

WRONG = "seventy"


def sources(model: ModelVersion, source: dict[str, Any], **asked: Any) -> Sources:
    """The sources of a request whose people are not in the database."""
    request = AugmentationRequest.model_validate({"source": source, "target_label": "low", **asked})
    return asyncio.run(sources_of(request, model, AugmentationRepository(AsyncSession())))


def people_in(made: Sources) -> list[dict[str, Any]]:
    return [person for chunk in made.chunks for person in chunk]


@given(
    validity=st.lists(st.booleans(), min_size=1, max_size=2 * CHUNK + 3),
    per_row=st.integers(1, 10),
    max_rows=st.integers(1, 400),
)
@settings(max_examples=25)
def test_valid_rows_are_cut_into_chunks_in_order(
    model: ModelVersion, held_out: list[Person], validity: list[bool], per_row: int, max_rows: int
) -> None:
    rows = [
        person if is_valid else {**person, "age": WRONG}
        for person, is_valid in zip(held_out, validity, strict=False)
    ]
    asked = {"per_row": per_row, "max_rows": max_rows, "on_invalid": "skip"}
    made = sources(model, {"kind": "rows", "rows": rows}, **asked)
    valid = [number for number, is_valid in enumerate(validity) if is_valid]
    kept = valid[: max(1, max_rows // per_row)]
    assert [person["row"] for person in people_in(made)] == kept
    assert made.invalid == [number for number, is_valid in enumerate(validity) if not is_valid]
    assert made.sizes == [len(chunk) for chunk in made.chunks]
    assert made.total == len(kept)
    assert all(size == CHUNK for size in made.sizes[:-1])
    assert all(0 < size <= CHUNK for size in made.sizes)


def test_people_are_kept_in_the_models_own_kinds(model: ModelVersion, held_out: list[Person]) -> None:
    rows = [{name: value for name, value in one.items() if value is not None} for one in held_out[:20]]
    kept = people_in(sources(model, {"kind": "rows", "rows": rows}))
    assert [one["features"] for one in kept] == [
        dict(read_patient(model.schema, one).values) for one in held_out[:20]
    ]


def test_ids_go_along_and_what_is_left_out_does_not(model: ModelVersion, held_out: list[Person]) -> None:
    own = ["007", None, 12]
    rows = [{**person, "mine": one, "site": "x"} for one, person in zip(own, held_out, strict=False)]
    source = {"kind": "rows", "rows": rows, "id_column": "mine", "ignore_columns": ["site"]}
    kept = people_in(sources(model, source))
    assert [one.get("id") for one in kept] == ["007", None, "12"]
    assert all(set(one["features"]) == set(held_out[0]) for one in kept)


@pytest.mark.parametrize(
    ("name", "detail"), [("nobody", "is a key of no row"), ("age", "is a feature of this model")]
)
def test_a_wrong_name_of_the_ids_is_told_where_it_stands(
    model: ModelVersion, held_out: list[Person], name: str, detail: str
) -> None:
    rows = [{**held_out[0], "mine": "a"}]
    with pytest.raises(InvalidInputError) as caught:
        sources(model, {"kind": "rows", "rows": rows, "id_column": name})
    assert [(one.pointer, one.detail) for one in caught.value.issues] == [("/source/id_column", detail)]


def test_invalid_rows_refuse_a_job_and_are_named_up_to_a_number(
    model: ModelVersion, held_out: list[Person]
) -> None:
    rows = [held_out[0], *({**held_out[0], "age": WRONG} for _ in range(MOST_FAULTS + 5))]
    with pytest.raises(InvalidInputError) as caught:
        sources(model, {"kind": "rows", "rows": rows})
    pointers = [issue.pointer for issue in caught.value.issues]
    assert pointers == [f"/source/rows/{number}/age" for number in range(1, MOST_FAULTS + 1)]
    assert not any(WRONG in issue.detail for issue in caught.value.issues)


def test_the_two_classes_share_out_the_population(model: ModelVersion) -> None:
    everybody = {"kind": "population"}
    by_label = {
        label: people_in(sources(model, everybody, target_label=label, max_rows=10**6))
        for label in ("low", "high")
    }
    numbers = sorted(person["row"] for people in by_label.values() for person in people)
    assert numbers == list(range(len(model.population.rows)))
    some = by_label["low"][:200]
    risk = model.classifier.risk(model.population.rows[[person["row"] for person in some]])
    assert (risk > model.schema.model.threshold).all()  # who is to be brought low is high
