"""Both wheels, built as for a release, and environments that have nothing but them and what they ask for."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.paths import ROOT
from tests.packaging.environments import Environment


@pytest.fixture(scope="session")
def client_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(ROOT / "turnpoint", tmp_path_factory.mktemp("client"))


@pytest.fixture(scope="session")
def server_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(ROOT, tmp_path_factory.mktemp("server"))


@pytest.fixture(scope="session")
def client_alone(client_wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """What `pip install turnpoint` gives."""
    return Environment(tmp_path_factory.mktemp("alone"), [client_wheel], "turnpoint")


@pytest.fixture(scope="session")
def server(client_wheel: Path, server_wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """What `pip install turnpoint-server` gives."""
    folder = tmp_path_factory.mktemp("wheels")
    return Environment(folder, [client_wheel, server_wheel], "turnpoint-server")


@pytest.fixture(scope="session")
def machine_code(server: Environment, tmp_path_factory: pytest.TempPathFactory) -> str:
    """NUMBA_CACHE_DIR with what the search comes to in machine code."""
    return str(server.machine_code(tmp_path_factory.mktemp("numba")))


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """The folder of a project that has an `app.py` and an `app` of its own, neither of which may be run."""
    (tmp_path / "app").mkdir()
    for file in ("app.py", "app/__init__.py"):
        (tmp_path / file).write_text("raise SystemExit('imported what is not ours')\n")
    return tmp_path


def built(project: Path, folder: Path) -> Path:
    """The wheel of a project."""
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=project, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    return wheel
