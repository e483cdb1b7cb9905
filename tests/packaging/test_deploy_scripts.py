"""What makes secrets for the compose file, and what pins images: on copies, with a script as docker."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from app.paths import ROOT
from app.settings import Settings

DIGEST = "sha256:" + "3f" * 32
COMPOSE = ROOT / "docker-compose.yml"


def secrets(folder: Path) -> dict[str, str]:
    subprocess.run([ROOT / "deploy" / "secrets.sh"], env=os.environ | {"SECRETS": str(folder)}, check=True)
    return {file.name: file.read_text() for file in folder.iterdir()}


def test_secrets_are_made_once_and_fit_each_other(tmp_path: Path) -> None:
    made = secrets(tmp_path / "secrets")
    assert made == secrets(tmp_path / "secrets")
    assert set(made) == set(yaml.safe_load(COMPOSE.read_text())["secrets"])
    assert made["postgres-password"] in made["database-url"]
    assert made["redis-password"] in made["redis-url"]
    settings = Settings(database_url=made["database-url"], redis_url=made["redis-url"])
    assert settings.database_url.endswith("@postgres:5432/turnpoint")
    assert made.pop("hf-token") == os.environ.get("HF_TOKEN", "")
    assert len({*made.values()}) == len(made)
    assert min(len(value) for value in made.values()) >= 48
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700


def test_other_secrets_are_made_each_time(tmp_path: Path) -> None:
    assert secrets(tmp_path / "a")["api-tokens"] != secrets(tmp_path / "b")["api-tokens"]


def pin(folder: Path, docker: str) -> "subprocess.CompletedProcess[str]":
    program = folder / "docker"
    program.write_text(f"#!/bin/sh\n{docker}\n")
    program.chmod(0o755)
    for name in ("docker-compose.yml", "Dockerfile"):
        (folder / name).write_text((ROOT / name).read_text())
    command: list[str | Path] = [
        sys.executable,
        ROOT / "deploy" / "digests.py",
        "docker-compose.yml",
        "Dockerfile",
    ]
    path = f"{folder}:{os.environ['PATH']}"
    return subprocess.run(command, cwd=folder, env={"PATH": path}, capture_output=True, text=True)


def test_images_are_pinned_by_the_digests_of_today_and_ours_is_not(tmp_path: Path) -> None:
    for _ in range(2):  # pinned already, they are pinned anew
        assert pin(tmp_path, f"echo {DIGEST}").returncode == 0
        services = yaml.safe_load((tmp_path / "docker-compose.yml").read_text())["services"]
        for name in ("postgres", "redis", "vllm"):
            assert services[name]["image"].endswith(f"@{DIGEST}")
        assert (
            services["gateway"]["image"]
            == yaml.safe_load(COMPOSE.read_text())["services"]["gateway"]["image"]
        )
        bases = [
            line for line in (tmp_path / "Dockerfile").read_text().splitlines() if line.startswith("FROM")
        ]
        assert all(f"-slim@{DIGEST}" in base for base in bases)


@pytest.mark.parametrize("docker", ["echo no such registry >&2; exit 1", "echo latest"])
def test_where_no_registry_answers_nothing_is_written(tmp_path: Path, docker: str) -> None:
    done = pin(tmp_path, docker)
    assert done.returncode == 1
    (sentence,) = done.stderr.splitlines()
    assert sentence.startswith("Nothing is pinned: ")
    assert (tmp_path / "docker-compose.yml").read_text() == COMPOSE.read_text()
