"""Each fault of effects in a file is told with the file and the place."""

from itertools import count
from pathlib import Path

import pytest

from app.classifiers.folder import ModelFolderError
from app.classifiers.task import read_schema
from tests.unit.domain.schemas import STORE

SHIPPED = (STORE / "dysglycaemia" / "2" / "task.toml").read_text(encoding="utf-8")
HDL = 'feature = "hdl_cholesterol"\ndirection = "decrease"\nlow = 1.1\nmean = 1.3\nhigh = 1.6\n'
"""What alcohol does, as it stands in the file."""


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('theme = "sleep"', 'theme = "rest"', "feature.'sleep'.theme: Input should be 'weight', 'food',"),
        (
            'theme = "sleep"\nrole = "behaviour"',
            'theme = "sleep"\nrole = "habit"',
            "feature.'sleep'.role: Input should be 'behaviour', 'consequence' or 'treatment'",
        ),
        (HDL, HDL.replace("low = 1.1", "low = 1.4"), "low, mean and high must rise in this order"),
        (HDL, HDL.replace("mean = 1.3", "mean = 1.7"), "low, mean and high must rise in this order"),
        (
            HDL,
            HDL.replace("low = 1.1", "low = -1.1"),
            "effect.'alcohol on hdl_cholesterol'.low: Input should be greater than or equal to 0",
        ),
        (
            HDL,
            HDL.replace("high = 1.6", "high = inf"),
            "effect.'alcohol on hdl_cholesterol'.high: Input should be a finite number",
        ),
        (HDL, HDL + "cap = -5\n", "effect.'alcohol on hdl_cholesterol'.cap: Input should be greater than 0"),
        (HDL, HDL + "cap = 0\n", "effect.'alcohol on hdl_cholesterol'.cap: Input should be greater than 0"),
        (
            "mean = 1.3\nhigh = 1.6\nper = 10",
            "mean = 1.3\nhigh = 1.6\nper = 0",
            ".per: Input should be greater",
        ),
        (
            HDL,
            HDL.replace('"decrease"', '"towards"'),
            "effect.'alcohol on hdl_cholesterol'.direction: Input should be ",
        ),
        (HDL, HDL.replace('"hdl_cholesterol"', '"hdl"'), "names hdl, which is no feature"),
        ('driver = "fibre"', 'driver = "fiber"', "names fiber, which is no feature"),
        (HDL, HDL + 'drugs = "none"\n', "effect.'alcohol on hdl_cholesterol'.drugs: is no key of a schema"),
        (
            'judgement = "turned',
            'judgment = "turned',
            "effect.'alcohol on hdl_cholesterol'.judgment: is no key of a schema",
        ),
        ("checked = 2026-11-28", 'checked = "soon"', ".checked: Input should be a valid date"),
        ('grade = "A"', 'grade = "D"', ".grade: Input should be 'A', 'B' or 'C'"),
        ('lag = "12 months"\n', "", ".lag: "),
        ("[feature.consequence]\nlimit = [60, 200]\n", "[feature.consequence]\n", "consequence.limit: "),
        ("caps = [{ most = 8 }]", "caps = [{ most = -8 }]", "caps.0.most: Input should be greater than 0"),
        (
            "caps = [{ most_share = 0.07 }]",
            "caps = [{ most_share = 7 }]",
            "caps.0.most_share: Input should be",
        ),
        (
            "share_of_sum = 0.75",
            "share_of_sum = 1.75",
            ".share_of_sum: Input should be less than or equal to 1",
        ),
        (
            "whole = true",
            'whole = "true"',
            "feature.'cigarettes'.action.whole: Input should be a valid boolean",
        ),
        (
            "intensive = { max_change = 90 }",
            "intensive = { max_change = 0 }",
            "feature.'sedentary'.action.intensive.max_change: Input should be greater than 0",
        ),
        (
            "[feature.always]\ntext",
            "[feature.always]\ntxet",
            "feature.'cigarettes'.always.text: Field required",
        ),
    ],
    ids=count(),
)
def test_the_file_and_the_place_are_named(tmp_path: Path, before: str, after: str, said: str) -> None:
    assert before in SHIPPED
    path = tmp_path / "task.toml"
    path.write_text(SHIPPED.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(ModelFolderError) as caught:
        read_schema(tmp_path)
    assert str(caught.value).startswith(f"{path} is not ")
    assert said in str(caught.value)
