"""The server's distribution runs from any folder, with the migrations and models that it carries."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

import turnpoint
from app.local.embedded.data_dir import free_port
from tests.integration.processes import is_alive, wait_until
from tests.integration.serving import SECONDS, connect, http_client
from tests.packaging.environments import Environment

LACKING = {
    "run": "embedded",
    "fetch": "embedded",
    "add-model": "fit",
    "train": "fit",
    "pairs": "evaluate",
    "finetune": "train",
    "carry-over": "evaluate",
    "evaluate": "evaluate",
}


@pytest.fixture
def empty_database(database_url: str) -> Iterator[str]:
    """A database without tables."""
    with connect(database_url) as connection:
        connection.execute("CREATE DATABASE from_wheel")
        yield make_url(database_url).set(database="from_wheel").render_as_string(hide_password=False)
        connection.execute("DROP DATABASE from_wheel WITH (FORCE)")


def test_it_migrates_serves_and_answers_from_any_folder(
    server: Environment,
    machine_code: str,
    elsewhere: Path,
    empty_database: str,
    redis_url: str,
    question: dict[str, Any],
) -> None:
    port = str(free_port())
    settings = {
        "DATABASE_URL": empty_database,
        "REDIS_URL": redis_url,
        "PORT": port,
        "NUMBA_CACHE_DIR": machine_code,
    }
    migrated = server.run(["turnpoint", "migrate"], elsewhere, **settings)
    assert migrated.returncode == 0, migrated.stderr
    process = server.start(["turnpoint", "serve"], elsewhere, **settings)
    with process, http_client(f"http://127.0.0.1:{port}") as client:
        try:
            # It compiles the search first, unless that was done here; which takes a busy machine minutes.
            wait_until(lambda: process.poll() is not None or is_alive(client), 5 * SECONDS)
            assert process.poll() is None, process.communicate()
            answer = client.post("/counterfactuals", json=question).raise_for_status().json()
            assert (answer["model"]["name"], answer["status"]) == ("dysglycaemia", "found")
        finally:
            process.terminate()
            process.communicate()


def test_it_tells_the_one_version(server: Environment, elsewhere: Path) -> None:
    told = server.run(["turnpoint", "--version"], elsewhere).stdout
    code = "import app, turnpoint; print(app.__version__, turnpoint.__version__)"
    inside = server.run(["python", "-P", "-c", code], elsewhere).stdout
    assert told == f"{turnpoint.__version__}\n"
    assert inside == f"{turnpoint.__version__} {turnpoint.__version__}\n"


def test_it_answers_in_process_with_the_models_that_it_carries(
    server: Environment, machine_code: str, elsewhere: Path
) -> None:
    code = (
        "from turnpoint.recourse import Recourse\n"
        "with Recourse.load('heart-disease') as recourse: print(recourse.model)"
    )
    done = server.run(["python", "-P", "-c", code], elsewhere, NUMBA_CACHE_DIR=machine_code)
    assert (done.returncode, done.stdout) == (0, "heart-disease@2\n"), done.stderr


def test_help_lists_every_command_and_loads_no_arrays(server: Environment, elsewhere: Path) -> None:
    code = (
        "import sys; from turnpoint.__main__ import main; sys.argv = ['turnpoint', '--help']\n"
        "try: main()\n"
        "finally: assert not {'numpy', 'xgboost', 'fastapi'} & set(sys.modules)"
    )
    done = server.run(["python", "-P", "-c", code], elsewhere, COLUMNS="200")
    assert done.returncode == 0, done.stderr
    commands = ["augment", "serve", "worker", "migrate", "compile", *LACKING]
    assert [command for command in commands if f" {command} " not in done.stdout] == []


@pytest.mark.parametrize(("command", "extra"), LACKING.items())
def test_an_extra_that_is_not_there_is_told_in_a_sentence(
    server: Environment, elsewhere: Path, command: str, extra: str
) -> None:
    done = server.run(["turnpoint", command], elsewhere)
    assert done.returncode == 2
    assert done.stderr == f"turnpoint {command} needs more: pip install 'turnpoint-server[{extra}]'\n"


def test_a_wrong_setting_is_told_in_a_sentence(server: Environment, elsewhere: Path) -> None:
    done = server.run(["turnpoint", "serve"], elsewhere, HOST="0.0.0.0")
    assert done.returncode == 2
    assert done.stderr.startswith("Setting combination: HOST is not a loopback address")
    assert len(done.stderr.splitlines()) == 1


def test_an_app_on_the_path_that_hides_its_own_is_told(server: Environment, elsewhere: Path) -> None:
    done = server.run(["turnpoint", "serve"], elsewhere, PYTHONPATH=str(elsewhere))
    assert done.returncode == 2
    assert done.stderr == (
        f"{elsewhere / 'app' / '__init__.py'} hides a package of turnpoint-server: "
        "take its folder off Python's path.\n"
    )


def test_python_does_not_look_into_the_working_folder(server: Environment, elsewhere: Path) -> None:
    done = server.run(["python", "-m", "turnpoint", "serve", "--help"], elsewhere)
    assert done.returncode == 0, done.stderr
