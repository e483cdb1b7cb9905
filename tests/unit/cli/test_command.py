"""What stands in a command's way is told in sentences, without values and without a traceback."""

import sys

import pytest
from typer.testing import CliRunner, Result

from app.cli.main import cli
from app.cli.running import NotInAGateway

SECRET = "sesame"


def told(result: Result) -> list[str]:
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    return result.stderr.splitlines()


def migrate_with(**environment: str) -> list[str]:
    return told(CliRunner().invoke(cli, ["migrate"], env=environment))


def test_each_wrong_setting_has_a_sentence() -> None:
    said = migrate_with(PORT="0", LLM_SAMPLES="65", LLM_STYLE="chatty")
    assert [line.partition(":")[0] for line in said] == [
        "Setting PORT",
        "Setting LLM_STYLE",
        "Setting LLM_SAMPLES",
    ]


def test_settings_that_do_not_go_together_have_one() -> None:
    (said,) = migrate_with(HOST="0.0.0.0", API_TOKENS="")
    assert said.startswith("Setting combination: HOST is not a loopback address, so callers must")


@pytest.mark.parametrize(
    "name", ["API_TOKENS", "PORT", "LLM_TEMPERATURE", "LLM_STYLE", "TURNPOINT_CLASSIFIERS"]
)
def test_no_sentence_repeats_what_was_set(name: str) -> None:
    (said,) = migrate_with(**{name: SECRET})
    assert said.startswith(f"Setting {name}: ")
    assert SECRET not in said


@pytest.mark.parametrize("command", ["run", "fetch"])
def test_an_extra_that_is_lacking_is_named_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setitem(sys.modules, "gguf", None)  # as where it is not installed
    (said,) = told(CliRunner().invoke(cli, [command]))
    assert said == f"turnpoint {command} needs more: pip install 'turnpoint-server[embedded]'"


def test_help_needs_no_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gguf", None)
    result = CliRunner().invoke(cli, ["run", "--help"])
    assert result.exit_code == 0
    assert "Run everything on this machine" in result.output


@pytest.mark.parametrize("port", ["0", "65536", "http"])
def test_a_port_that_is_none_is_refused_by_name(port: str) -> None:
    assert "--port" in "\n".join(told(CliRunner().invoke(cli, ["run", "--port", port])))


def test_a_gateway_does_without_what_training_needs() -> None:
    hidden = NotInAGateway()
    for name in ("pandas", "sklearn"):
        with pytest.raises(ModuleNotFoundError, match=name):
            hidden.find_spec(name)
    for name in ("numpy", "xgboost", "pandas_of_somebody"):
        hidden.find_spec(name)
