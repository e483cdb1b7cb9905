"""MLServer, a real server of the Open Inference Protocol, in an environment of its own (see the Makefile)."""

import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.local.embedded.data_dir import free_port
from app.local.embedded.processes import Child, ChildOptions, wait_until_ready
from app.paths import ROOT
from tests.integration.serving import SECONDS, http_client

Json = dict[str, Any]

_PROGRAM = ROOT / ".venv-mlserver" / "bin" / "mlserver"


def skip_without_mlserver() -> None:
    """Skip the test where MLServer has no wheel; elsewhere `make test` has installed it."""
    if sys.version_info >= (3, 13):
        pytest.skip("MLServer 1.7 needs Python 3.11 or 3.12")


class MlServer:
    """MLServer over a folder of models, always at the same address."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._port = free_port()
        self._child: Child | None = None

    def url(self, name: str) -> str:
        """The URL of a model."""
        return f"http://127.0.0.1:{self._port}/v2/models/{name}"

    def host(self, name: str, file: Path, **metadata: Any) -> None:
        """Have it host an XGBoost file from its next start on."""
        folder = self._home / "models" / name
        folder.mkdir(parents=True)
        shutil.copy(file, folder / "model.ubj")
        settings = {"name": name, "implementation": "mlserver_xgboost.XGBoostModel"} | metadata
        settings["parameters"] = {"uri": "./model.ubj", "version": "1"} | metadata.get("parameters", {})
        (folder / "model-settings.json").write_text(json.dumps(settings))

    def start(self) -> None:
        """Start it and wait until all its models are ready."""
        models = self._home / "models"
        (models / "settings.json").write_text(json.dumps(self._settings()))
        self._child = Child(
            "MLServer", [_PROGRAM, "start", models], self._home / "log", ChildOptions(grace=5)
        )
        with http_client(f"http://127.0.0.1:{self._port}") as http:
            wait_until_ready(self._child, lambda: _is_ready(http), SECONDS)

    def stop(self) -> None:
        """Stop it; harmless when it is down."""
        if self._child is not None:
            self._child.stop()

    def _settings(self) -> Mapping[str, object]:
        return {
            "host": "127.0.0.1",
            "http_port": self._port,
            "grpc_port": free_port(),
            "metrics_endpoint": None,
            "parallel_workers": 0,  # it answers in its own process
        }


def tensors(names: Sequence[str], width: int) -> list[Json]:
    """Metadata of inputs with so many columns each."""
    return [{"name": name, "datatype": "FP32", "shape": [-1, width]} for name in names]


def _is_ready(http: httpx.Client) -> bool:
    try:
        return http.get("/v2/health/ready").is_success
    except httpx.HTTPError:
        return False
