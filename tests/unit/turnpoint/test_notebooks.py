"""The notebooks of the documentation, run as they stand.

Their cells are run one after the other here, as a kernel would. A real kernel would take twenty packages
more, and show nothing that differs: no cell uses magic words.
"""

import ast
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from app.paths import ROOT
from turnpoint import FrameAnswers, UnrecordedAnswer

NOTEBOOKS = sorted((ROOT / "docs" / "notebooks").glob("*.ipynb"))


def cells_of(path: Path) -> list[dict[str, Any]]:
    notebook: dict[str, Any] = json.loads(path.read_text())
    assert notebook["nbformat"] == 4
    cells: list[dict[str, Any]] = notebook["cells"]
    return cells


def shown_by(source: str, names: dict[str, Any]) -> Any:
    """Run a cell; what it shows is the value of its last line, where that is an expression."""
    *others, last = ast.parse(source).body
    if not isinstance(last, ast.Expr):
        exec(source, names)
        return None
    exec(compile(ast.Module(others, []), "cell", "exec"), names)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_what_it_showed(path: Path) -> None:
    for cell in cells_of(path):
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None


def test_the_first_steps_can_be_taken() -> None:
    names: dict[str, Any] = {}
    [path] = [path for path in NOTEBOOKS if path.stem == "first-steps"]
    sources = ["".join(cell["source"]) for cell in cells_of(path) if cell["cell_type"] == "code"]
    shown = [shown_by(source, names) for source in sources]
    assert shown[0].startswith("dysglycaemia@")
    assert sum(len(one) for one in shown if isinstance(one, pd.DataFrame)) == 20
    [answers] = [one for one in shown if isinstance(one, FrameAnswers)]
    assert (len(answers), answers.failures, answers.recorded) == (12, [], False)
    assert any(answer is not None and answer.counterfactuals for answer in answers.answers)
    [one] = [one for one in shown if isinstance(one, UnrecordedAnswer)]
    changed = {
        change.feature for option in [*one.counterfactuals, *one.improvements] for change in option.changes
    }
    assert changed
    assert not changed & {
        "sleep",
        "sedentary",
        "vigorous_activity",
        "moderate_activity",
        "active_travel",
        "cigarettes",
    }
    assert "nothing is recorded" in one._repr_html_()
    [[failure]] = [one for one in shown if isinstance(one, list)]
    assert "column age must be between" in failure
    assert "540" not in failure
