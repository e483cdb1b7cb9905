"""llama.cpp's OpenAI-compatible server from the wheel `xllamacpp`, in a process of its own."""

import importlib.util
import json
import secrets
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from app.cores import cores
from app.local.embedded.data_dir import free_port
from app.local.embedded.errors import NotInstalledError, StartError
from app.local.embedded.libgomp import library_path
from app.local.embedded.processes import Child, ChildOptions, Server, package_path, wait_until_ready

if TYPE_CHECKING:
    from app.local.embedded.llama_process import LlamaOptions

_KEY_VARIABLE = "TURNPOINT_EMBEDDED_LLM_KEY"  # llama_process's own, which needs the wheel to be imported
_START_SECONDS = 120.0
"""A cold disk and a large model of the user's own take long."""

MAX_THREADS = 8


def default_threads() -> int:
    """Cores this process may use, at most 8: a small model gains nothing from more."""
    return min(cores(), MAX_THREADS)


@dataclass(frozen=True)
class LlmOptions:
    """How the model is to be served."""

    loras: Sequence[Path] = ()
    """LoRA adapters as GGUF files, applied to every answer."""
    alias: str = "smollm2-135m-instruct"
    """The name under `/v1/models`, which requests give as `model`."""
    slots: int = 8
    """Answers generated at the same time; also the largest `n` of one request."""
    context: int = 1024
    """Tokens of prompt and answer together, a slot."""
    threads: int = field(default_factory=default_threads)


class EmbeddedLlm(Server):
    """One llama.cpp server on a loopback port that was free; started again, it is on the same one."""

    def __init__(self, model: Path, options: LlmOptions | None = None) -> None:
        self._model = model
        self._options = options or LlmOptions()
        self._port = 0
        self.api_key = secrets.token_hex(32)
        """What callers send as a bearer's token; another one for each run of the service."""

    @property
    def url(self) -> str:
        """The OpenAI-compatible base URL, ending in `/v1`."""
        return f"http://127.0.0.1:{self._port}/v1"

    def start(self, home: Path) -> str:
        """Load the model and answer with `url` once requests are served (about 1 s for 100 MB).

        Raises NotInstalledError when xllamacpp is missing, StartError when a file is unreadable,
        not a model or the server does not come up.
        """
        if importlib.util.find_spec("xllamacpp") is None:
            raise NotInstalledError(
                "The package xllamacpp is not installed for this platform (it exists for Linux, macOS and "
                "Windows): install it, or set LLM_URL to an OpenAI-compatible server of your own."
            )
        for file in (self._model, *self._options.loras):
            _need_gguf(file)
        self._clear()
        self._port = self._port or free_port()
        home = home.expanduser().absolute()
        self._server = Child(
            "The language model", self._command(), home / "logs" / "llm.log", self._child_options(home)
        )
        wait_until_ready(self._server, self._answers, _START_SECONDS)
        return self.url

    def _command(self) -> list[str | Path]:
        options: LlamaOptions = {
            "model": str(self._model.absolute()),
            "alias": self._options.alias,
            "port": self._port,
            "threads": self._options.threads,
            "slots": self._options.slots,
            "context": self._options.context,
            "loras": [str(path.absolute()) for path in self._options.loras],
        }
        return [sys.executable, "-P", "-m", "app.local.embedded.llama_process", json.dumps(options)]

    def _child_options(self, home: Path) -> ChildOptions:
        # OpenMP's threads spin while they wait for each other. With one other busy process on two cores
        # an answer then takes ten times as long; sleeping threads keep it within twice.
        environment = {"PYTHONPATH": package_path(), "OMP_WAIT_POLICY": "passive"}
        environment[_KEY_VARIABLE] = self.api_key
        return ChildOptions(grace=3.0, environment=environment | library_path(home))

    def _answers(self) -> bool:
        try:
            # Never through a proxy of the user's: this is loopback.
            known = {"Authorization": f"Bearer {self.api_key}"}
            served = httpx.get(f"{self.url}/models", headers=known, timeout=2.0, trust_env=False)
        except httpx.TransportError:
            return False
        # Another program may have taken the port in between: only our model's name counts.
        return served.status_code == 200 and self._options.alias in served.text


def _need_gguf(file: Path) -> None:
    try:
        with file.open("rb") as opened:
            magic = opened.read(4)
    except OSError as error:
        raise StartError(
            f"The model file {file} cannot be read ({error.strerror}): check its path."
        ) from error
    if magic != b"GGUF":
        raise StartError(f"The file {file} is not a GGUF model: give the path of a .gguf file.")
