"""The README's example, run as it stands."""

import re
from typing import Any

from app.settings import ROOT


def test_the_python_example_gets_options(url: str) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    names: dict[str, Any] = {}
    exec(example.replace("http://127.0.0.1:8000", url), names)
    answer = names["answer"]
    assert answer["status"] == "found"
    assert all(option["summary"].startswith("Consider") for option in answer["counterfactuals"])
