"""How far a command is, where there is no terminal: a line for every twentieth done."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from turnpoint.commands.console import progress, say


@pytest.fixture(autouse=True)
def no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)


def lines_of(fractions: list[float], capsys: pytest.CaptureFixture[str]) -> list[str]:
    with progress() as tell:
        for fraction in fractions:
            tell("rows made", fraction)
    return [line for line in capsys.readouterr().out.splitlines() if line]


def test_a_hundred_steps_are_a_line_a_twentieth(capsys: pytest.CaptureFixture[str]) -> None:
    lines = lines_of([step / 1000 for step in range(1001)], capsys)
    assert lines[0] == "rows made"
    assert lines[-1] == "100 % rows made"
    assert len(lines) == 21


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.floats(0, 1), min_size=1, max_size=60).map(sorted))
def test_it_only_goes_on_and_never_says_more_than_a_line_each(
    capsys: pytest.CaptureFixture[str], fractions: list[float]
) -> None:
    told = [int(line.split("%")[0]) if "%" in line else 0 for line in lines_of(fractions, capsys)]
    assert told == sorted(told)
    assert 1 <= len(told) <= min(len(fractions), 21)


def test_a_line_says_how_much_is_done_where_that_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    say("Uploading", 0.5)
    say("Done.")
    assert capsys.readouterr().out == "Uploading 50 %\nDone.\n"


def test_what_is_done_before_the_first_part_is_told_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    with progress() as tell:
        for words in ("Loading", "Loading", "Choosing"):
            tell(words, 0.0)
        tell("loss 2.1", 0.01)
        tell("loss 1.4", 0.05)
    lines = [line for line in capsys.readouterr().out.splitlines() if line]
    assert lines == ["Loading", "Choosing", "  5 % loss 1.4"]
