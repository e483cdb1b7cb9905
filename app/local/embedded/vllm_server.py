"""vLLM on this machine's CPU, in an environment of its own: `make run LLM=vllm`, `make test-vllm`.

The same server as in production, with the same base and adapter: the base from the GGUF file that the
llama.cpp server reads, written once in Hugging Face's form.
"""

from pathlib import Path

import httpx

from app.local.embedded.data_dir import free_port
from app.local.embedded.errors import NotInstalledError, StartError
from app.local.embedded.processes import Child, ChildOptions, Server, wait_until_ready
from app.paths import ROOT
from app.proposers.llm.adapter import Adapter

ENVIRONMENT = ROOT / ".venv-vllm"
_EXPORT = Path(__file__).with_name("export_base.py")
_EXPORT_SECONDS, _START_SECONDS = 300.0, 600.0
_QUIETLY = {
    "HF_HUB_OFFLINE": "1",
    "VLLM_NO_USAGE_STATS": "1",
    "VLLM_CPU_KVCACHE_SPACE": "2",  # GiB; a thousand tokens of the small model take 23 MB
}


class EmbeddedVllm(Server):
    """One vLLM server on a free loopback port, serving a base model and, by name, an adapter."""

    def __init__(self, base: Path, adapter: Adapter | None, alias: str) -> None:
        self._base = base
        self._adapter = adapter
        self._alias = alias
        self._port = 0

    @property
    def url(self) -> str:
        """The OpenAI-compatible base URL, ending in `/v1`."""
        return f"http://127.0.0.1:{self._port}/v1"

    @property
    def pid(self) -> int:
        """The process group of the server."""
        if self._server is None:
            raise StartError("vLLM is not running")
        return self._server.pid

    def start(self, home: Path) -> str:
        """Serve, and answer with `url` once requests are taken: one to three minutes.

        Raises:
            NotInstalledError: vLLM's environment is not there.
            StartError: the base could not be written in vLLM's form, or vLLM did not come up.
        """
        python = ENVIRONMENT / "bin" / "python"
        if not python.exists():
            raise NotInstalledError(
                f"vLLM is not installed in {ENVIRONMENT}: make run LLM=vllm installs it in a checkout."
            )
        home = home.expanduser().absolute()
        folder = self._exported(python, home)
        self._clear()
        self._port = self._port or free_port()
        self._server = Child(
            "vLLM",
            [python, "-m", "vllm.entrypoints.openai.api_server", *self._flags(folder)],
            home / "logs" / "vllm.log",
            ChildOptions(grace=10.0, environment=_QUIETLY),
        )
        wait_until_ready(self._server, self._answers, _START_SECONDS)
        return self.url

    def _exported(self, python: Path, home: Path) -> Path:
        folder = home / "models" / f"{self._base.stem}.hf"
        if not folder.exists():
            export = Child(
                "the export of the base model",
                [python, _EXPORT, self._base, folder],
                home / "logs" / "vllm-export.log",
                ChildOptions(environment=_QUIETLY),
            )
            if export.wait(_EXPORT_SECONDS):
                raise StartError(f"vLLM's copy of {self._base.name} was not written: {export.last_line()}")
        return folder

    def _flags(self, folder: Path) -> list[str]:
        flags = {
            "--model": str(folder),
            "--served-model-name": self._alias,
            "--dtype": "bfloat16",
            "--max-model-len": "2048",
            "--max-num-seqs": "64",
            "--host": "127.0.0.1",
            "--port": str(self._port),
        }
        if self._adapter is not None:
            flags |= {
                "--served-model-name": f"{self._alias}-base",
                "--lora-modules": f"{self._alias}={self._adapter.folder.absolute()}",
                "--max-lora-rank": str(self._adapter.rank),
            }
        listed = [part for flag in flags.items() for part in flag]
        return [*listed, "--enable-lora"] if self._adapter else listed

    def _answers(self) -> bool:
        try:
            served = httpx.get(f"{self.url}/models", timeout=2.0, trust_env=False)
        except httpx.TransportError:
            return False
        return served.status_code == 200 and self._alias in served.text
