"""A command that cannot do its work ends with a sentence, without what is secret."""

import pytest
from typer.testing import CliRunner

from app.cli.main import cli

AWAY = "postgresql://clinic:sesame@127.0.0.1:9/record"


@pytest.mark.parametrize("command", ["run", "fetch", "serve", "compile", "migrate", "worker", "check"])
def test_each_command_says_what_it_is_for(command: str) -> None:
    told = CliRunner().invoke(cli, [command, "--help"])
    assert (told.exit_code, "Usage" in told.output) == (0, True)


def test_tables_of_a_database_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", AWAY)
    ended = CliRunner().invoke(cli, ["migrate"])
    assert ended.exit_code == 1
    (sentence,) = ended.stderr.splitlines()
    assert sentence.startswith("The database of DATABASE_URL cannot be used: ")
    assert "sesame" not in sentence


@pytest.mark.parametrize("command", ["worker"])
def test_a_default_model_that_is_not_there(monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setenv("DEFAULT_MODEL", "stroke")
    ended = CliRunner().invoke(cli, [command])
    assert ended.exit_code == 1
    (sentence,) = ended.stderr.splitlines()
    assert sentence.startswith("DEFAULT_MODEL is stroke, but ")
