"""The README's examples, run as they stand."""

import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from app.paths import ROOT
from tests.integration.serving import Servers
from tests.integration.working import worker


@pytest.fixture(scope="module")
def examples(url: str) -> list[str]:
    """In order; later ones build on earlier ones."""
    found = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    return [example.replace("http://127.0.0.1:8000", url) for example in found]


def test_the_python_examples_get_options(examples: list[str]) -> None:
    names: dict[str, Any] = {}
    exec(examples[0], names)
    answer = names["answer"]
    assert answer["status"] == "found"
    assert all(option["summary"].startswith("Consider") for option in answer["counterfactuals"])
    exec(examples[1], names)
    answer = names["answer"]
    assert answer.status == "found"
    assert all(option.summary.startswith("Consider") for option in answer.counterfactuals)


def test_the_batch_example_gets_rows(
    examples: list[str], servers: Servers, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    with worker(servers, home):
        exec(examples[2], names)
    assert pq.read_table(tmp_path / "rows.parquet").num_rows == names["done"].progress.accepted > 0
