"""Where nobody watches a terminal, each step is a line when it begins and one when it is done."""

import pytest

from app.local.console import StepConsole


def test_a_step_says_what_it_came_to(capsys: pytest.CaptureFixture[str]) -> None:
    with StepConsole().step("Starting PostgreSQL") as step:
        step.report("half way", 0.5)
        step.report("nobody knows how far", None)
        step.done("PostgreSQL, tables up to date")
    assert capsys.readouterr().out.splitlines() == [
        "  … Starting PostgreSQL",
        "  ✓ PostgreSQL, tables up to date",
    ]


def test_a_step_that_says_nothing_is_called_by_its_title(capsys: pytest.CaptureFixture[str]) -> None:
    with StepConsole().step("Starting Valkey"):
        pass
    assert capsys.readouterr().out.splitlines()[-1] == "  ✓ Starting Valkey"


def test_a_step_that_fails_is_not_said_to_be_done(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ZeroDivisionError), StepConsole().step("Starting Valkey"):
        raise ZeroDivisionError
    assert "✓" not in capsys.readouterr().out
