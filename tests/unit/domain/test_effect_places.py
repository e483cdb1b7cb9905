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
        ('theme = "sleep"', 'theme = "rest"', "feature.'sleep'.theme: must be one of weight, food,"),
        (
            'theme = "sleep"\nrole = "behaviour"',
            'theme = "sleep"\nrole = "habit"',
            "feature.'sleep'.role: must be one of behaviour, consequence or treatment",
        ),
        (HDL, HDL.replace("low = 1.1", "low = 1.4"), "low, mean and high must rise in this order"),
        (HDL, HDL.replace("mean = 1.3", "mean = 1.7"), "low, mean and high must rise in this order"),
        (
            HDL,
            HDL.replace("low = 1.1", "low = -1.1"),
            "effect.'alcohol on hdl_cholesterol'.low: must be at least 0",
        ),
        (
            HDL,
            HDL.replace("high = 1.6", "high = inf"),
            "effect.'alcohol on hdl_cholesterol'.high: must be a finite number",
        ),
        (HDL, HDL + "cap = -5\n", "effect.'alcohol on hdl_cholesterol'.cap: must be more than 0"),
        (HDL, HDL + "cap = 0\n", "effect.'alcohol on hdl_cholesterol'.cap: must be more than 0"),
        (
            "mean = 1.3\nhigh = 1.6\nper = 10",
            "mean = 1.3\nhigh = 1.6\nper = 0",
            ".per: must be more",
        ),
        (
            HDL,
            HDL.replace('"decrease"', '"towards"'),
            "effect.'alcohol on hdl_cholesterol'.direction: must be ",
        ),
        (HDL, HDL.replace('"hdl_cholesterol"', '"hdl"'), "names hdl, which is no feature"),
        ('driver = "fibre"', 'driver = "fiber"', "names fiber, which is no feature"),
        (HDL, HDL + 'drugs = "none"\n', "effect.'alcohol on hdl_cholesterol'.drugs: is no key of a schema"),
        (
            'judgement = "turned',
            'judgment = "turned',
            "effect.'alcohol on hdl_cholesterol'.judgment: is no key of a schema",
        ),
        ("checked = 2026-11-28", 'checked = "soon"', ".checked: must be a date"),
        ('grade = "A"', 'grade = "D"', ".grade: must be A, B or C"),
        ('lag = "12 months"\n', "", ".lag: "),
        ("[feature.consequence]\nlimit = [60, 200]\n", "[feature.consequence]\n", "consequence.limit: "),
        ("caps = [{ most = 8 }]", "caps = [{ most = -8 }]", "caps.entry 1.most: must be more than 0"),
        (
            "caps = [{ most_share = 0.07 }]",
            "caps = [{ most_share = 7 }]",
            "caps.entry 1.most_share: must be",
        ),
        (
            "share_of_sum = 0.75",
            "share_of_sum = 1.75",
            ".share_of_sum: must be at most 1",
        ),
        (
            "whole = true",
            'whole = "true"',
            "feature.'cigarettes'.action.whole: must be true or false",
        ),
        (
            "intensive = { max_change = 90 }",
            "intensive = { max_change = 0 }",
            "feature.'sedentary'.action.intensive.max_change: must be more than 0",
        ),
        (
            "[feature.always]\ntext",
            "[feature.always]\ntxet",
            "feature.'cigarettes'.always.text: is missing",
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
