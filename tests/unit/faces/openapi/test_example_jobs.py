"""What the document shows of a job's rows is what its files hold."""

import csv
import io
import json

import pytest

from app.domain.schema import FeatureSchema
from app.faces.openapi.example_jobs import job_answers
from app.usecases.augmentation.formats import FORMATS, arrow_schema
from app.usecases.counterfactuals.mapping import from_row
from app.usecases.counterfactuals.schemas import CounterfactualsAnswer
from tests.unit.faces.answers import MODELS, NAMES, a_person, option, row_of


def answer_of(schema: FeatureSchema, options: int) -> CounterfactualsAnswer:
    person = a_person(schema)
    return from_row(
        row_of(schema, person, *(option(rank, features=person) for rank in range(1, options + 1)))
    )


@pytest.mark.parametrize("schema", MODELS, ids=NAMES)
def test_example_rows_have_the_columns_of_real_ones(schema: FeatureSchema) -> None:
    rows = job_answers(answer_of(schema, 3))["getAugmentationRows"]
    columns = arrow_schema(schema).names
    lines = [json.loads(line) for line in rows["application/x-ndjson"].splitlines()]
    assert [list(line) for line in lines] == [columns] * 3
    table = list(csv.reader(io.StringIO(rows["text/csv"])))
    assert (table[0], len(table)) == (columns, 4)


def test_examples_are_of_formats_that_there_are() -> None:
    shown = set(job_answers(answer_of(MODELS[0], 1))["getAugmentationRows"])
    assert shown < {one.media_type for one in FORMATS}


def test_a_job_tells_as_many_rows_as_its_file_shows() -> None:
    answers = job_answers(answer_of(MODELS[0], 3))
    job, report = (answers[name]["application/json"] for name in ("getAugmentation", "getAugmentationReport"))
    assert job["progress"]["accepted"] == report["rows"] == report["acceptance"]["accepted"] == 3


def test_a_job_without_rows_has_examples_too() -> None:
    assert job_answers(answer_of(MODELS[0], 0))["getAugmentationRows"]["application/x-ndjson"] == ""
