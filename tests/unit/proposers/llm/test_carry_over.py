"""What was measured of another model's adapter counts as long as it is about what would be asked."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.carried_over import CarriedOver, carried_words
from app.proposers.llm.carry_over import (
    FILE,
    CarryOver,
    CarryOverError,
    read_carry_over,
    write_carry_over,
)

MODEL, ADAPTER, OTHER = "a" * 64, "b" * 64, "c" * 64


def measured(valid: int = 38, few_shot_valid: int = 16, people: int = 60) -> CarryOver:
    return CarryOver(
        model="stroke@1",
        model_digest=MODEL,
        taught_for="dysglycaemia@2",
        adapter=ADAPTER,
        prompt="points-2",
        base="base.gguf",
        people=people,
        valid=valid,
        few_shot_valid=few_shot_valid,
        temperature=0.7,
        seed=1,
    )


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write_carry_over(tmp_path, measured())
    assert read_carry_over(tmp_path, MODEL) == measured()
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_where_nothing_was_measured_nothing_is_said(tmp_path: Path) -> None:
    assert read_carry_over(tmp_path, MODEL) is None


def test_of_a_changed_version_it_is_void(tmp_path: Path) -> None:
    write_carry_over(tmp_path, measured())
    with pytest.raises(CarryOverError, match=r"carry-over\.json is void: stroke@1 is not what it was"):
        read_carry_over(tmp_path, OTHER)


@pytest.mark.parametrize(
    ("key", "value"),
    [("valid", 59), ("few_shot_valid", 0), ("seed", 2), ("adapter", OTHER), ("model", "x@1")],
)
def test_a_changed_figure_makes_it_void(tmp_path: Path, key: str, value: object) -> None:
    path = write_carry_over(tmp_path, measured())
    path.write_text(json.dumps(json.loads(path.read_text()) | {key: value}))
    with pytest.raises(CarryOverError, match="was changed"):
        read_carry_over(tmp_path, MODEL)


@pytest.mark.parametrize("text", ["", "[]", "3", "{}", '{"sha256": ""}', '{"sha256": "x", "valid": "many"}'])
def test_what_is_none_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    with pytest.raises(CarryOverError, match=r"carry-over\.json is not what turnpoint carry-over writes"):
        read_carry_over(tmp_path, MODEL)


@pytest.mark.parametrize(
    ("valid", "few_shot", "people", "better"),
    [
        (38, 16, 60, True),  # 63 % against 27 %
        (6, 3, 10, False),  # as far apart, of too few people
        (30, 30, 60, False),
        (16, 38, 60, False),
        (60, 60, 60, False),
        (1, 0, 1, False),
    ],
)
def test_it_is_better_only_where_the_intervals_say_so(
    valid: int, few_shot: int, people: int, better: bool
) -> None:
    assert measured(valid, few_shot, people).is_better is better


@given(people=st.integers(1, 400), data=st.data())
def test_better_is_never_said_of_as_many_or_fewer(people: int, data: st.DataObject) -> None:
    few_shot = data.draw(st.integers(0, people))
    valid = data.draw(st.integers(0, people))
    one, other = measured(valid, few_shot, people), measured(few_shot, valid, people)
    assert not (one.is_better and other.is_better)
    assert valid > few_shot or not one.is_better


def test_more_valid_ones_than_people_cannot_be() -> None:
    with pytest.raises(ValueError, match="more proposals are valid"):
        measured(valid=61)


def test_it_is_told_in_whole_per_cent() -> None:
    assert measured().told.words == "carried over from dysglycaemia@2: 63 % against 27 %"


@given(
    taught=st.from_regex(r"[a-z][a-z0-9-]{0,20}@[1-9][0-9]{0,2}", fullmatch=True),
    valid=st.integers(0, 100),
    few_shot=st.integers(0, 100),
    suffix=st.sampled_from(["", "+json"]),
)
def test_the_version_of_a_prompt_keeps_it(taught: str, valid: int, few_shot: int, suffix: str) -> None:
    carried = CarriedOver(taught, valid, few_shot)
    assert CarriedOver.read(f"points-2/fine_tuned{carried.mark}{suffix}") == carried


@pytest.mark.parametrize("version", [None, "points-2/fine_tuned", "points-3/few_shot+json"])
def test_other_versions_of_prompts_say_nothing(version: str | None) -> None:
    assert carried_words(version) is None
