"""The compose file and the image, read: every service is bounded, unprivileged and watched."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.paths import ROOT
from app.settings import Settings
from turnpoint import __version__

Service = dict[str, Any]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Service] = COMPOSE["services"]
URLS = {"DATABASE_URL_FILE": "postgresql://postgres/turnpoint", "REDIS_URL_FILE": "redis://redis:6379/0"}
OF_UVICORN = {"forwarded_allow_ips"}
RUN_TO_THEIR_END = {"migrate", "weights"}
ON_EACH = pytest.mark.parametrize("name", SERVICES)


def test_all_services_are_known() -> None:
    assert set(SERVICES) == {"gateway", "worker", "migrate", "postgres", "redis", "weights", "vllm"}


@ON_EACH
def test_each_has_limits_of_memory_cpu_and_processes(name: str) -> None:
    limits = SERVICES[name]["deploy"]["resources"]["limits"]
    assert set(limits) == {"cpus", "memory", "pids"}
    assert all(limits.values())


@ON_EACH
def test_each_runs_without_root_privileges_or_a_writable_image(name: str) -> None:
    service = SERVICES[name]
    user, group = service["user"].split(":")
    assert int(user) > 0
    assert int(group) > 0
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["read_only"] is True
    assert not {"privileged", "pid", "ipc", "devices"} & set(service)


@ON_EACH
def test_each_that_goes_on_is_checked_and_started_again(name: str) -> None:
    service = SERVICES[name]
    if name in RUN_TO_THEIR_END:
        assert (service["healthcheck"], service["restart"]) == ({"disable": True}, "no")
    else:
        assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")
        assert service["restart"] == "unless-stopped"


@ON_EACH
def test_no_secret_is_in_an_environment_or_on_a_command_line(name: str) -> None:
    service = SERVICES[name]
    for setting, value in service.get("environment", {}).items():
        assert not re.search("(PASSWORD|TOKENS?|KEY|DATABASE_URL|REDIS_URL)$", setting), setting
        if setting.endswith(("_FILE", "_PATH")):
            assert value.removeprefix("/run/secrets/") in service["secrets"]
        if service["image"].startswith("turnpoint:"):
            assert setting.removesuffix("_FILE").lower() in {*Settings.model_fields, *OF_UVICORN}, setting
    assert not re.search(r"\$\{[A-Z_]*(PASSWORD|TOKEN|KEY)", str(service.get("command")))
    assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])


def test_only_the_gateway_is_reached_from_outside_and_only_on_loopback() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert set(published) == {"gateway"}
    assert all(port.startswith("127.0.0.1:") for port in published["gateway"])


def test_the_record_has_no_way_out() -> None:
    assert COMPOSE["networks"]["record"]["internal"] is True
    for name in ("postgres", "redis", "migrate"):
        assert SERVICES[name]["networks"] == ["record"]


def test_the_cache_asks_for_a_password_and_writes_nothing_to_a_disk() -> None:
    cache = SERVICES["redis"]
    told = " ".join(str(part) for part in cache["command"]) + str(cache.get("entrypoint", ""))
    assert "requirepass" in told
    assert '--save ""' in told
    assert "appendonly" not in told
    assert "volumes" not in cache


@ON_EACH
def test_images_are_of_a_version(name: str) -> None:
    image, _, digest = SERVICES[name]["image"].partition("@")
    assert re.fullmatch(r"[a-z./-]+:v?[0-9][\w.-]*", image)
    assert not digest or re.fullmatch("sha256:[0-9a-f]{64}", digest)


def test_ours_is_of_this_very_version() -> None:
    ours = [one["image"] for one in SERVICES.values() if one["image"].startswith("turnpoint")]
    assert {*ours} == {f"turnpoint:{__version__}"}


@pytest.mark.parametrize("name", ["gateway", "worker"])
def test_settings_that_nobody_gave_count_as_not_set(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for setting, value in SERVICES[name]["environment"].items():
        if setting.endswith("_FILE"):
            file = tmp_path / setting
            file.write_text(URLS.get(setting, "x" * 48))
            monkeypatch.setenv(setting, str(file))
        else:
            monkeypatch.setenv(setting, re.sub(r"^\$\{\w+:-(.*)\}$", r"\1", value))
    settings = Settings()
    assert settings.retention_answers_days is None
    assert settings.erasure_key_bytes == b"x" * 48
    assert settings.redis_url == URLS["REDIS_URL_FILE"]
    assert settings.api_keys == (name == "gateway")
    assert settings.retention_hour == Settings.model_fields["retention_hour"].default


def test_the_image_is_of_versions_and_its_user_is_not_root() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    bases = [line.split()[1] for line in lines if line.startswith("FROM ")]
    assert all(re.fullmatch(r"python:\d+\.\d+\.\d+-slim(@sha256:[0-9a-f]{64})?", base) for base in bases)
    (user,) = (line.split()[1] for line in lines if line.startswith("USER "))
    assert user == "10001:10001"
    assert any(line.startswith("HEALTHCHECK ") for line in lines)
    installs = [line for line in lines if "pip install" in line and "--editable" not in line]
    assert installs
    assert all("--require-hashes --only-binary :all: " in line for line in installs)
    assert not any(re.match("(ENV|ARG).*(PASSWORD|TOKEN|KEY)", line) for line in lines)
