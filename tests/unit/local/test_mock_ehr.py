"""The mock EHR is a checkout's alone."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from app.local.components import CannotRunError, OneMachine
from app.local.console import StepConsole
from app.local.mock_ehr import start_mock_ehr
from app.local.watch import Watch


def test_an_installed_package_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.local.mock_ehr.ROOT", tmp_path)
    console = StepConsole()
    with ExitStack() as stack:
        machine = OneMachine(stack, tmp_path, console, Watch(console, 0))
        with pytest.raises(CannotRunError, match="a checkout has it"):
            start_mock_ehr(machine, "http://127.0.0.1:8000")
