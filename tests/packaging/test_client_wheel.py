"""The client's distribution stands alone: small, beside any project, and plain about what is not there."""

from pathlib import Path

import pytest

import turnpoint
from tests.packaging.environments import Environment

SERVER = "turnpoint-server"
ABSENT = {
    "run": f"{SERVER}[embedded]",
    "fetch": f"{SERVER}[embedded]",
    "serve": SERVER,
    "worker": SERVER,
    "migrate": SERVER,
    "compile": SERVER,
    "check": SERVER,
    "add-model": f"{SERVER}[fit]",
    "train": f"{SERVER}[fit]",
    "pairs": f"{SERVER}[evaluate]",
    "finetune": f"{SERVER}[train]",
    "carry-over": f"{SERVER}[evaluate]",
    "evaluate": f"{SERVER}[evaluate]",
    "augment": "turnpoint[cli]",
}


def test_it_is_imported_beside_an_app_of_ones_own(client_alone: Environment, elsewhere: Path) -> None:
    code = (
        "import sys; from turnpoint import Turnpoint; from turnpoint.client import Turnpoint as Alias;"
        "assert Turnpoint is Alias and 'app' not in sys.modules; print(Turnpoint.__module__)"
    )
    done = client_alone.run(["python", "-c", code], elsewhere)
    assert (done.stdout, done.stderr) == ("turnpoint.synchronous\n", "")


def test_answers_in_process_take_the_server_and_that_is_said(
    client_alone: Environment, elsewhere: Path
) -> None:
    done = client_alone.run(
        ["python", "-c", "from turnpoint.recourse import Recourse; Recourse.load()"], elsewhere
    )
    assert done.returncode == 1
    assert done.stderr.endswith("with the service's own engine: pip install turnpoint-server\n")


def test_it_takes_little_room(client_alone: Environment) -> None:
    assert client_alone.megabytes() < 20


@pytest.mark.parametrize("words", [["turnpoint"], ["python", "-m", "turnpoint"]])
def test_it_tells_its_version(client_alone: Environment, elsewhere: Path, words: list[str]) -> None:
    done = client_alone.run([*words, "--version"], elsewhere)
    assert (done.returncode, done.stdout) == (0, f"{turnpoint.__version__}\n")


@pytest.mark.parametrize(("command", "what"), ABSENT.items())
def test_what_is_not_there_is_told_in_a_sentence(
    client_alone: Environment, elsewhere: Path, command: str, what: str
) -> None:
    done = client_alone.run(["turnpoint", command], elsewhere)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == f"turnpoint {command} needs more: pip install '{what}'\n"


def test_help_tells_what_to_install(client_alone: Environment, elsewhere: Path) -> None:
    done = client_alone.run(["turnpoint", "--help"], elsewhere)
    assert done.returncode == 2
    assert done.stderr == "The turnpoint command needs more: pip install 'turnpoint[cli]'\n"


def test_with_its_extra_it_has_its_own_command(
    client_wheel: Path, tmp_path_factory: pytest.TempPathFactory, elsewhere: Path
) -> None:
    environment = Environment(tmp_path_factory.mktemp("cli"), [client_wheel], "turnpoint[cli]")
    assert environment.run(["turnpoint", "augment", "--help"], elsewhere).returncode == 0
    listed = environment.run(["turnpoint", "--help"], elsewhere).stdout
    assert "augment" in listed
    assert "serve" not in listed
    absent = environment.run(["turnpoint", "serve"], elsewhere)
    assert absent.stderr == "turnpoint serve needs more: pip install 'turnpoint-server'\n"
