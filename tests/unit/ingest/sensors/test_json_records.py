"""JSON files are read record by record, however large, and say where they break."""

import json
import math
import resource
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.ingest.sensors import json_records
from app.ingest.sensors.json_records import Item, JsonBrokenError, Point, header_of, records_of
from app.ingest.sensors.losses import Reason

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
on_one_file = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(params=[7, 64, 1 << 18])
def window(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Windows that cut records anywhere."""
    monkeypatch.setattr(json_records, "WINDOW", request.param)
    size: int = request.param
    return size


def read(path: Path) -> tuple[list[Any], JsonBrokenError | None]:
    told: list[Any] = []
    try:
        for one in records_of(path):
            told.append(one)
    except JsonBrokenError as error:
        return told, error
    return told, None


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@on_one_file
@given(st.lists(values, max_size=6), st.sampled_from([None, 4]))
def test_a_list_comes_out_as_json_reads_it(
    tmp_path: Path, window: int, records: list[Any], indent: int | None
) -> None:
    whole = {"header": {"uuid": "x"}, "body": {"cgm": records}, "more": [1, {"a": []}]}
    path = written(tmp_path / "a.json", json.dumps(whole, indent=indent))
    told, broken = read(path)
    assert broken is None
    assert told == [Item("cgm", place, one) for place, one in enumerate(records, start=1)]


@on_one_file
@given(st.lists(st.dictionaries(st.text(max_size=4), values, max_size=2), min_size=1, max_size=5), st.data())
def test_a_file_cut_anywhere_gives_the_records_before_and_says_so(
    tmp_path: Path, window: int, records: list[Any], data: st.DataObject
) -> None:
    text = json.dumps({"header": {}, "body": {"cgm": records}}, ensure_ascii=False)
    cut = data.draw(st.integers(1, len(text) - 1))
    told, broken = read(written(tmp_path / "a.json", text[:cut]))
    assert broken is not None
    assert broken.reason is Reason.TRUNCATED
    assert [one.value for one in told] == records[: len(told)]


def test_a_header_is_found_behind_the_body(tmp_path: Path) -> None:
    path = written(tmp_path / "a.json", '{"body": {"cgm": [1, 2]}, "header": {"uuid": "7"}}')
    assert header_of(path) == {"uuid": "7"}
    assert header_of(written(tmp_path / "b.json", '{"body": []}')) is None


@pytest.mark.parametrize("form", ["{}", "[{}, {}]", "{}\n{}\n"])
def test_points_by_themselves_in_a_list_or_one_a_line(tmp_path: Path, form: str) -> None:
    one = '{"header": {"user_id": "a"}, "body": {"step_count": 5}}'
    told, broken = read(written(tmp_path / "a.json", form.replace("{}", one)))
    assert broken is None
    count = form.count("{}")
    assert told == [Point(place, {"user_id": "a"}, {"step_count": 5}) for place in range(1, count + 1)]


def test_a_body_that_is_a_list_and_numbers_that_are_none(tmp_path: Path) -> None:
    told, broken = read(written(tmp_path / "a.json", '\ufeff{"header": {}, "body": [1, NaN]}'))
    assert broken is None
    assert told[0] == Item("", 1, 1)
    assert math.isnan(told[1].value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Reason.NOT_JSON),
        ("7", Reason.NOT_JSON),
        ("<html>", Reason.NOT_JSON),
        ('{"header": {}, "body": {"cgm": [1 2]}}', Reason.NOT_JSON),
        ('{"header": {}, "body": {"cgm": [1,]}}', Reason.NOT_JSON),
        ('{"header": {}, "body": {"cgm": [{"a": }, 2, 3, 4, 5]}}', Reason.NOT_JSON),
        ('{"header": {}, "body": ' + "[" * 100_000, Reason.NOT_JSON),
        ('{"header": {}, "body": {"cgm": [' + "9" * 5000 + "]}}", Reason.NOT_JSON),
        ('{"header": {}, "body": {"cgm": ["' + "x" * 3_000_000, Reason.TOO_LARGE),
    ],
)
def test_what_is_no_such_file_is_named(tmp_path: Path, text: str, reason: Reason) -> None:
    _, broken = read(written(tmp_path / "a.json", text))
    assert broken is not None
    assert broken.reason is reason
    assert broken.place.startswith("character ")


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b'{"header": {"uuid": "\xff"}}')
    _, broken = read(tmp_path / "a.json")
    assert broken is not None
    assert broken.reason is Reason.NOT_JSON


def test_two_gigabytes_of_nothing_take_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    with path.open("wb") as file:
        file.truncate(2 << 30)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    _, broken = read(path)
    assert broken is not None
    assert broken.place == "character 1"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # KB
