"""Which servers are the user's own: those that the environment names."""

import socket
from contextlib import ExitStack
from pathlib import Path

import pytest

from app.local.components import SERVERS, CannotRunError, ExternalServers, OneMachine, start_gateway
from app.local.console import StepConsole
from app.local.watch import Watch

NAMES = ("DATABASE_URL", "REDIS_URL", "LLM_URL")


@pytest.mark.parametrize("given", [NAMES[:count] for count in range(4)])
@pytest.mark.parametrize("llm", SERVERS)
def test_what_is_not_named_is_embedded(
    monkeypatch: pytest.MonkeyPatch, given: tuple[str, ...], llm: str
) -> None:
    for name in NAMES:
        monkeypatch.setenv(name, f"server://{name}" if name in given else "")
    servers = ExternalServers.from_environment(llm)
    told = (servers.database_url, servers.redis_url, servers.llm_url)
    assert told == tuple(f"server://{name}" if name in given else None for name in NAMES)
    assert servers.llm == llm


def test_a_server_may_be_named_by_a_file_in_one_way_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / "url"
    file.write_text("server://of-a-file\n")
    monkeypatch.setenv("DATABASE_URL_FILE", str(file))
    assert ExternalServers.from_environment("llama.cpp").database_url == "server://of-a-file"
    monkeypatch.setenv("DATABASE_URL", "server://sesame")
    with pytest.raises(CannotRunError, match="DATABASE_URL_FILE are both set") as error:
        ExternalServers.from_environment("llama.cpp")
    assert "sesame" not in str(error.value)


def test_a_port_that_is_taken_is_said_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, ExitStack() as stack:
        port = server.getsockname()[1]
        console = StepConsole()
        machine = OneMachine(stack, tmp_path, console, Watch(console, 0))
        with pytest.raises(CannotRunError, match=f"^Port {port} is taken: .* with PORT=…\\.$"):
            start_gateway(machine, {}, ("127.0.0.1", port))
    assert list(tmp_path.iterdir()) == []
