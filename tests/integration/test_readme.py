"""The README's example, run as it stands."""

import re

import pytest

from app.settings import ROOT


def test_the_python_example_prints_options(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    exec(example.replace("http://127.0.0.1:8000", url), {})
    status, *options = capsys.readouterr().out.splitlines()
    assert status.endswith("found")
    assert options
    assert all("Consider" in option for option in options)
