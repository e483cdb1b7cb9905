"""`turnpoint run`: everything on one machine, an answer on the screen, and nothing left behind."""

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from app.local.embedded.data_dir import free_port, lock_data_dir
from tests.integration.answers import told
from tests.integration.processes import Turnpoint, environment, turnpoint
from tests.integration.serving import NOWHERE, SECONDS, http_client


@pytest.fixture
def home(tmp_path: Path, weights: Path) -> Path:
    """A home that has the language model already, as after the first fetch."""
    models = tmp_path / "home" / "models"
    models.mkdir(parents=True)
    (models / weights.name).symlink_to(weights)
    return models.parent


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def shown_patient(run: Turnpoint) -> str:
    """The path of the patient whose address the run prints."""
    (line,) = [line for line in run.output.splitlines() if "this patient" in line]
    return "/patients/" + line.split("/patients/")[1].strip()


def answers_of(port: int, path: str) -> list[dict[str, Any]]:
    with http_client(f"http://127.0.0.1:{port}") as client:
        page = client.get(path)
        assert page.status_code == 200
        return [told(answer) for answer in page.json()["answers"]]


def stop(run: Turnpoint) -> None:
    """Ctrl-C ends it cleanly, with every process it started."""
    children = run.children()
    assert children
    assert run.interrupt(SECONDS) == 0, run.errors
    _, alive = psutil.wait_procs(children, timeout=SECONDS)
    assert not alive
    assert "Traceback" not in run.output + run.errors


def test_two_runs_on_one_home(home: Path) -> None:
    settings = {"TURNPOINT_HOME": str(home), "PORT": str(free_port())}
    with turnpoint("run", settings) as run:
        run.wait_for("Up after", SECONDS)
        keys = subprocess.run(
            [
                "sh",
                "-c",
                'set -a; . "$0"; exec "$1" -m app.cli keys list',
                home / "environment",
                sys.executable,
            ],
            env=environment({}),
        )
        assert keys.returncode == 0
        assert "Consider " in run.output
        assert "%" in run.output
        assert re.search(r"smollm2-135m-instruct-tuned-[0-9a-f]{8}: 8 proposals, 8 well formed", run.output)
        run.wait_for("the model", SECONDS)
        path = shown_patient(run)
        first = answers_of(int(settings["PORT"]), path)
        assert first[0]["status"] == "found"
        assert first[0]["generation"]["degraded"] == []
        stop(run)
    # The second time without a language model, which is slow to start: the record is what counts here.
    settings |= {"PORT": str(free_port()), "LLM_URL": NOWHERE}
    with turnpoint("run", settings) as run:
        run.wait_for("the model", SECONDS)
        later = answers_of(int(settings["PORT"]), path)
        assert later[-len(first) :] == first
        stop(run)


def refused(settings: dict[str, str]) -> str:
    """What a run says that cannot start: one sentence on standard error, and exit code 1."""
    with turnpoint("run", settings) as run:
        assert run.wait(SECONDS) == 1
        assert "Traceback" not in run.output + run.errors
        (said,) = run.errors.strip().splitlines()
        return said


def test_a_port_that_is_taken(home: Path, taken: int) -> None:
    said = refused({"TURNPOINT_HOME": str(home), "PORT": str(taken)})
    assert f"Port {taken} is taken" in said
    assert "PORT=" in said


def test_a_home_that_another_run_uses(home: Path) -> None:
    with lock_data_dir(home):
        said = refused({"TURNPOINT_HOME": str(home), "PORT": str(free_port())})
    assert "Another Turnpoint" in said
    assert str(home) in said


def test_a_database_that_is_away(home: Path) -> None:
    away = {"DATABASE_URL": "postgresql://turnpoint@/turnpoint?host=/nowhere"}
    said = refused(away | {"TURNPOINT_HOME": str(home), "PORT": str(free_port())})
    assert "DATABASE_URL" in said
