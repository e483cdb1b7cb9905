"""A table means the same however a spreadsheet or a program wrote it; what it could mean twice is refused."""

import csv
import gzip
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.errors import InvalidInputError, InvalidParameterError, ValidationIssue
from app.domain.feature import Category, Feature, Kind
from app.domain.patient import read_patient
from app.domain.schema import FeatureSchema
from app.parsing.numbers import NumberError
from app.usecases.augmentation.cells import read_cell, read_id
from app.usecases.augmentation.columns import Others, RawRow
from app.usecases.augmentation.sources import checked
from app.usecases.augmentation.table_reader import CSV, PARQUET, rows_of
from tests.asking import Person

UNKNOWN = ["", " ", "NA", "N/A", "#N/A", "<NA>", "nan", "NaN", "NULL", "None", "-", "."]
YES = ["true", "TRUE", "1", "1.0", "1.00", "Yes", "yes", "Y", "T", " yes "]
NO = ["false", "False", "0", "0.0", "No", "N", "f"]
NOTHING = Others()


def read(path: Path, content: bytes, schema: FeatureSchema, others: Others = NOTHING) -> list[RawRow]:
    (path / "table").write_bytes(content)
    kind = PARQUET if content.startswith(b"PAR1") else CSV
    return list(rows_of(path / "table", schema, kind, others))


def faults(
    path: Path, content: bytes, schema: FeatureSchema, others: Others = NOTHING
) -> list[ValidationIssue]:
    with pytest.raises(InvalidInputError) as error:
        read(path, content, schema, others)
    return error.value.issues


def table(people: Sequence[Mapping[str, Any]], **dialect: Any) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(people[0]), **dialect)
    writer.writeheader()
    writer.writerows(people)
    return text.getvalue().encode()


def parquet(people: Sequence[Mapping[str, Any]]) -> bytes:
    whole = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([dict(one) for one in people]), whole)
    return whole.getvalue()


def as_people(schema: FeatureSchema, rows: list[RawRow]) -> list[Person]:
    each = list(checked(schema, rows, ""))
    assert [wrong for _, _, wrong in each] == [[] for _ in each]
    return [person["features"] for _, person, _ in each if person is not None]


@given(seed=st.integers(0, 2**32))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_spelling_of_a_table_is_the_same_table(
    seed: int, schema: FeatureSchema, held_out: list[Person], tmp_path: Path
) -> None:
    random = Random(seed)
    people = random.sample(held_out, 3)
    spelled = [{name: random.choice(spellings(schema[name], one[name])) for name in one} for one in people]
    content = table(spelled, lineterminator=random.choice(["\n", "\r\n"]))
    lines = content.splitlines(keepends=True)
    if random.random() < 0.5:  # as a spreadsheet leaves them behind
        lines = [line.rstrip(b"\r\n") + b",,\n" for line in lines] + [
            b"," * (len(schema.features) + 1) + b"\n",
            b"\n",
        ]
    mark = random.choice([b"", b"\xef\xbb\xbf"])
    expected = [dict(read_patient(schema, one).values) for one in people]
    assert as_people(schema, read(tmp_path, mark + b"".join(lines), schema)) == expected
    assert as_people(schema, read(tmp_path, parquet(spelled), schema)) == expected


def spellings(feature: Feature, value: Any) -> list[str]:
    if value is None:
        return UNKNOWN
    if feature.kind is Kind.BOOLEAN:
        return YES if value else NO
    if feature.kind is Kind.CATEGORY:
        return [value, f" {value} "]
    return [repr(value), f"{value:.6f}", f"+{value}", f"{value:.9e}", f" {value}"]


def test_parquet_of_pandas_makes_the_same_people(
    schema: FeatureSchema, held_out: list[Person], tmp_path: Path
) -> None:
    """Yes and no as whole numbers, and as floats where some are not known; whole numbers as floats."""
    people = held_out[:50]
    expected = [dict(read_patient(schema, one).values) for one in people]
    for kind in (int, float):
        spelled = [
            {name: kind(value) if isinstance(value, bool) else value for name, value in one.items()}
            for one in people
        ]
        assert as_people(schema, read(tmp_path, parquet(spelled), schema)) == expected
    floats = [{n: float(v) if isinstance(v, int | float) else v for n, v in one.items()} for one in people]
    assert as_people(schema, read(tmp_path, parquet(floats), schema)) == expected


@pytest.mark.parametrize(
    "text", ["1_3_1", "١٣١", "inf", "1e999", "131 mmHg", "1 310", "0x1", "--", "n.a.", "33,1"]
)
def test_what_python_or_a_person_takes_for_a_number_is_refused(schema: FeatureSchema, text: str) -> None:
    with pytest.raises(NumberError):
        read_cell(schema["sbp"], text)


@pytest.mark.parametrize("value", ["3", "0.25", "maybe", "ja", "yes no", 2, -1, 0.5, "nope", [1]])
def test_what_is_neither_yes_nor_no_is_left_for_the_check_of_the_row(
    schema: FeatureSchema, value: object
) -> None:
    read = read_cell(schema["active_travel"], value)
    assert read in (value, 3.0, 0.25)
    assert not isinstance(read, bool)


def test_a_category_may_be_called_none() -> None:
    categories = (Category(value="none", label="None"), Category(value="some", label="Some"))
    feature = Feature(name="help", label="Help", kind=Kind.CATEGORY, group="g", categories=categories)
    assert read_cell(feature, "none") == "none"
    assert read_cell(feature, "N/A") is None


OTHER_FILES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "semicolons": (lambda text: text.replace(b",", b";").replace(b".", b","), "semicolons"),
    "semicolons and quotes": (
        lambda text: b"\n".join(b'"' + line.replace(b",", b'";"') + b'"' for line in text.split(b"\n")),
        "semicolons",
    ),
    "tabs": (lambda text: text.replace(b",", b"\t"), "tabs"),
    "Unicode text": (lambda text: text.replace(b",", b"\t").decode().encode("utf-16"), "UTF-16"),
    "UTF-16": (lambda text: b"\xfe\xff" + text.decode().encode("utf-16-be"), "UTF-16"),
    "UTF-16 without a mark": (lambda text: text.decode().encode("utf-16-le"), "NUL"),
    "gzip": (gzip.compress, "gzip"),
    "a workbook": (lambda _: b"PK\x03\x04rest", "Excel"),
    "no header": (lambda text: text.split(b"\n", 1)[1], "is the header missing"),
    "names of its own": (lambda text: b"Age (years);BMI kg/m2\n54;33,1\n", "features are age, sex, "),
}


@pytest.mark.parametrize(("convert", "why"), OTHER_FILES.values(), ids=OTHER_FILES)
def test_a_file_of_another_kind_is_named(
    convert: Callable[[bytes], bytes], why: str, schema: FeatureSchema, held_out: list[Person], tmp_path: Path
) -> None:
    content = convert(table([*held_out[:2]], lineterminator="\n"))
    told = faults(tmp_path, content, schema)
    assert [fault.pointer for fault in told] == [""]
    assert why in told[0].detail
    assert not any(str(value) in told[0].detail for value in held_out[0].values() if isinstance(value, str))


def test_parquet_sent_as_csv_is_named(schema: FeatureSchema, held_out: list[Person], tmp_path: Path) -> None:
    (tmp_path / "table").write_bytes(parquet([*held_out[:2]]))
    with pytest.raises(InvalidInputError) as error:
        list(rows_of(tmp_path / "table", schema, CSV, NOTHING))
    assert "is Parquet" in error.value.issues[0].detail


class TestColumns:
    """Columns that are no features are named, carried along, or left out; never guessed at."""

    @pytest.fixture(params=[table, parquet], ids=["csv", "parquet"])
    def write(self, request: pytest.FixtureRequest) -> Callable[..., bytes]:
        write: Callable[..., bytes] = request.param
        return write

    @pytest.fixture
    def person(self, held_out: list[Person]) -> Person:
        return held_out[0]

    def test_a_strange_one_is_named_where_its_name_is_plain(
        self, write: Callable[..., bytes], person: Person, schema: FeatureSchema, tmp_path: Path
    ) -> None:
        strange = {"seqn": 93743, "Erika Muster": 1, "54": 2} | dict(person) | {"shoe_size": 43}
        (told,) = faults(tmp_path, write([strange]), schema)
        assert ": seqn, column 2, column 3, shoe_size; leave them out by ignore_columns" in told.detail
        assert told.pointer == ""

    def test_one_that_is_there_twice_is_named(
        self, person: Person, schema: FeatureSchema, tmp_path: Path
    ) -> None:
        content = table([person]).replace(b"age,", b"bmi,", 1)
        assert ValidationIssue("", "names a column twice: bmi") in faults(tmp_path, content, schema)

    def test_an_id_is_carried_through_as_it_was_given(
        self, write: Callable[..., bytes], person: Person, schema: FeatureSchema, tmp_path: Path
    ) -> None:
        others = Others("my id", frozenset({"site", "seqn"}))
        for given_, kept in [("007", "007"), ("P 1/2\xa0x", "P 1/2\xa0x"), ("3.50", "3.50"), (None, None)]:
            rows = read(
                tmp_path, write([{"my id": given_, **person, "site": "x", "seqn": 7}]), schema, others
            )
            assert [row.source_id for row in rows] == [kept]
            assert as_people(schema, rows) == [dict(read_patient(schema, person).values)]

    @pytest.mark.parametrize(
        ("value", "kept"), [(93743, "93743"), (93743.0, "93743"), (float("nan"), None), (2**62, str(2**62))]
    )
    def test_an_id_that_is_a_number_is_kept_as_its_digits(self, value: object, kept: str | None) -> None:
        assert read_id(value) == kept

    @pytest.mark.parametrize("value", ["a\0b", "x" * 201, 1.5, True, [1], b"x", float("inf")])
    def test_what_is_no_id_is_refused(self, value: object) -> None:
        with pytest.raises(ValueError, match=r"^(must be|is|holds) [a-z ]+$"):
            read_id(value)

    @pytest.mark.parametrize(
        ("others", "parameter"),
        [
            (Others("nobody"), "id_column"),
            (Others("age"), "id_column"),
            (Others(None, frozenset({"nobody"})), "ignore_columns"),
        ],
    )
    def test_a_column_that_is_named_must_be_there(
        self,
        write: Callable[..., bytes],
        others: Others,
        parameter: str,
        person: Person,
        schema: FeatureSchema,
        tmp_path: Path,
    ) -> None:
        with pytest.raises(InvalidParameterError) as caught:
            faults(tmp_path, write([person]), schema, others)
        assert [fault.parameter for fault in caught.value.issues] == [parameter]

    def test_a_feature_that_is_needed_cannot_be_left_out(
        self, write: Callable[..., bytes], person: Person, schema: FeatureSchema, tmp_path: Path
    ) -> None:
        without = Others(None, frozenset({"age"}))
        assert [fault.pointer for fault in faults(tmp_path, write([person]), schema, without)] == [""]

    def test_the_index_of_pandas_has_no_name(
        self, person: Person, schema: FeatureSchema, tmp_path: Path
    ) -> None:
        content = table([{"": 17, **person}])
        (told,) = faults(tmp_path, content, schema)
        assert "column 1, which has no name" in told.detail
        assert read(tmp_path, content, schema, Others(""))[0].source_id == "17"
        assert read(tmp_path, content, schema, Others(None, frozenset({""})))[0].source_id is None


class TestPlaces:
    """Rows are counted from 0, lines as an editor counts them."""

    def test_a_row_is_named_by_its_line_too(
        self, schema: FeatureSchema, held_out: list[Person], tmp_path: Path
    ) -> None:
        good = table([*held_out[:1]], lineterminator="\n")
        header, line = good.splitlines(keepends=True)
        names = header.decode().strip().split(",")
        cells = line.decode().strip().split(",")
        bad = ",".join("fast" if name == "pulse" else cell for name, cell in zip(names, cells, strict=True))
        content = header + b"\n" + b"," * (len(names) - 1) + b"\n" + line + bad.encode() + b"\n"
        rows = read(tmp_path, content, schema)
        assert [(row.number, row.line) for row in rows] == [(0, 4), (1, 5)]
        _, (row, person, wrong) = checked(schema, rows, "/x")
        assert (row.line, person, wrong) == (5, None, [ValidationIssue("/x/1/pulse", "must be a number")])

    def test_a_value_of_two_lines_counts_as_two(
        self, schema: FeatureSchema, held_out: list[Person], tmp_path: Path
    ) -> None:
        people = [{"note": "one\ntwo", **person} for person in held_out[:3]]
        rows = read(tmp_path, table(people, lineterminator="\n"), schema, Others(None, frozenset({"note"})))
        assert [row.line for row in rows] == [2, 4, 6]

    @pytest.mark.parametrize(("more", "why"), [(b",1,2\n", "more"), (b"", "fewer")])
    def test_a_line_of_another_length_is_named(
        self, more: bytes, why: str, schema: FeatureSchema, held_out: list[Person], tmp_path: Path
    ) -> None:
        good = table([*held_out[:2]], lineterminator="\n")
        spoilt = good[:-1] + more if more else good + b"1,2\n"
        (told,) = faults(tmp_path, spoilt, schema)
        assert f"has {why} values than the header (line {3 if more else 4})" == told.detail
