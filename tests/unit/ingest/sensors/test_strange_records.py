"""Records of any shape are read or counted, and never end a run."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.ingest.sensors.losses import Losses, Reason
from app.ingest.sensors.measuring import measure
from app.ingest.sensors.sources.aireadi import AiReadi
from app.ingest.sensors.sources.omh import OpenMHealth
from tests.sensors.invented_aireadi import STREAMS, Invented, header_of, path_of, records_of, write_stream

PERSON = Invented("9001", days=1)
EXAMPLES = {stream: records_of(PERSON, stream)[0] for stream in STREAMS}
strange = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from(["Low", "\ud800", "NaN"]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["value", "unit"]), inner, max_size=2)
    ),
    max_leaves=4,
)


def paths_in(value: Any, at: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every place of a record that something else can be put into."""
    inner = (
        [path for key, one in value.items() for path in paths_in(one, (*at, key))]
        if isinstance(value, dict)
        else []
    )
    return [at, *inner] if at else inner


def put(record: dict[str, Any], at: tuple[str, ...], value: Any) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(json.dumps(record))
    inside = whole
    for key in at[:-1]:
        inside = inside[key]
    inside[at[-1]] = value
    return whole


@st.composite
def spoilt(draw: st.DrawFn, of: Callable[[str], dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    stream = draw(st.sampled_from(list(STREAMS)))
    record = of(stream)
    return stream, put(record, draw(st.sampled_from(paths_in(record))), draw(strange))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spoilt(EXAMPLES.__getitem__))
def test_a_record_with_anything_in_any_place(tmp_path: Path, case: tuple[str, dict[str, Any]]) -> None:
    stream, record = case
    write_stream(tmp_path, PERSON, stream, [EXAMPLES[stream], record])
    losses = Losses()
    source = AiReadi(tmp_path, zone="America/Chicago")
    for ref in source.people(losses):
        data = source.read(ref, losses)
        if data is not None:
            measure(data, losses)
            assert data.files[0].read == 2
    (tmp_path / path_of(PERSON, stream)).unlink()


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spoilt(lambda stream: header_of(PERSON, stream)))
def test_a_header_with_anything_in_any_place(tmp_path: Path, case: tuple[str, dict[str, Any]]) -> None:
    stream, header = case
    write_stream(tmp_path, PERSON, stream, [EXAMPLES[stream]], header=header)
    losses = Losses()
    for source in (AiReadi(tmp_path, zone="America/Chicago"), OpenMHealth(tmp_path, "America/Chicago")):
        for ref in source.people(losses):
            ref.person_id.encode()
            source.read(ref, losses)
    (tmp_path / path_of(PERSON, stream)).unlink()


def test_a_folder_that_cannot_be_opened_and_a_name_that_is_no_text(tmp_path: Path) -> None:
    write_stream(tmp_path, PERSON, "glucose")
    folder = tmp_path / "wearable_blood_glucose"
    try:
        Path(f"{folder}/9001_DE\udcffX.json").write_text("{}", encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes no such name")
    losses = Losses()
    AiReadi(tmp_path, zone="America/Chicago").people(losses)
    [loss] = [one for one in losses if one.reason is Reason.UNREADABLE]
    assert loss.where == "wearable_blood_glucose/9001_DE\\udcffX.json"
