"""Laws of any table: its draft is accepted, and everybody in it is somebody the service would answer for."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.feature import Kind
from app.domain.patient import read_patient
from research.own_model.draft.advice import advice
from research.own_model.draft.drafting import draft_schema
from research.own_model.table.names import names_of
from research.own_model.table.people import people_of
from research.own_model.table.reading import read_table
from tests.unit.research.own_model.tables import accepted

ROWS = 60
LETTERS = st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\x00\r")
NAMES = st.one_of(
    st.text(LETTERS, min_size=1, max_size=50),
    st.sampled_from(
        ["outcome", "seqn", "risk", "Age (years)", "2h", "label", "BMI", "bmi", "BMI (kg/m\u00b2)", "a=b"]
    ),
)
NUMBERS = st.one_of(
    st.floats(-1e6, 1e6, allow_nan=False, width=32).map(float),
    st.integers(-(10**9), 10**9),
    st.integers(0, 5),
    st.floats(0, 1).map(lambda value: round(value, 4)),
)
WORDS = st.text(LETTERS, min_size=1, max_size=12)


@st.composite
def columns(draw: st.DrawFn) -> list[Any]:
    """Sixty cells of one kind, some of them empty."""
    pool = draw(
        st.one_of(
            st.lists(NUMBERS, min_size=2, max_size=ROWS),
            st.lists(WORDS, min_size=2, max_size=6),
            st.just([True, False]),
        )
    )
    empty = draw(st.sampled_from([0.0, 0.2]))
    random = np.random.default_rng(draw(st.integers(0, 2**16)))
    cells = [pool[place] for place in random.integers(len(pool), size=ROWS)]
    return [None if lost else cell for cell, lost in zip(cells, random.random(ROWS) < empty, strict=True)]


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    names = draw(st.lists(NAMES, min_size=1, max_size=8, unique_by=lambda name: " ".join(name.split())))
    outcome = np.random.default_rng(draw(st.integers(0, 2**16))).permutation([1] * 20 + [0] * 40)
    told = {name: draw(columns()) for name in names}
    frame = pd.DataFrame({**told, "age": np.arange(ROWS) % 37 + 20.0, "is case": outcome})
    return frame.loc[:, [*frame.columns[:-2], *draw(st.permutations(list(frame.columns[-2:])))]]


@settings(max_examples=40)
@given(frames(), st.sampled_from(["csv", "parquet"]))
def test_a_draft_is_accepted_and_so_is_everybody(frame: pd.DataFrame, ending: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"people.{ending}"
        write = frame.to_csv if ending == "csv" else frame.to_parquet
        write(path, index=False)
        table = read_table(path, "is case", None, None)
        schema = accepted(Path(folder), draft_schema(table, "own", "a case"))
        people, tally = people_of(schema, table)

    assert len(people) == len(table.outcome) == ROWS
    assert not tally.dropped
    assert not tally.out_of_range
    drafted = [
        name for name in (made.name for made in names_of(list(table.frame)).values()) if name in schema
    ]
    assert list(schema.by_name) == drafted
    for person in people:
        assert read_patient(schema, person.values).values == person.values
    for feature in schema.features:
        known = [person.values[feature.name] for person in people if person.values[feature.name] is not None]
        if feature.observed is not None:
            assert feature.observed == (min(known), max(known))  # type: ignore[type-var]
        if feature.kind is Kind.CATEGORY:
            assert {category.value for category in feature.categories} == set(known)
    assert all(words.startswith(f"{number}. ") for number, words in enumerate(advice(table, schema), start=1))


@pytest.mark.parametrize("width", [1, 2, 15, 60])
def test_one_to_sixty_features(tmp_path: Path, width: int) -> None:
    random = np.random.default_rng(0)
    frame = pd.DataFrame(random.normal(50, 10, (400, width)).round(1)).rename(columns=lambda n: f"lab {n}")
    frame.assign(case=random.permutation([1] * 40 + [0] * 360)).to_csv(tmp_path / "p.csv", index=False)
    table = read_table(tmp_path / "p.csv", "case", None, None)
    schema = accepted(tmp_path, draft_schema(table, "labs", "a case"))

    assert [feature.label for feature in schema.features] == [f"lab {number}" for number in range(width)]
