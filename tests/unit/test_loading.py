"""Each process loads what it needs: a fresh interpreter says which packages come with it."""

import subprocess
import sys

import pytest

WEB = {"fastapi", "starlette", "uvicorn", "jinja2", "app.faces"}
TRACES = {
    "app.tracing.recorder",
    "opentelemetry.exporter",
}  # redis looks for the rest of OpenTelemetry itself
BESIDE = {"app.local", "research", "turnpoint", "matplotlib", "torch"} | TRACES


def loaded_by(statements: str) -> set[str]:
    code = f"import sys; {statements}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("module", "without"),
    [
        ("app.worker", WEB | BESIDE),
        ("app.main", BESIDE),
        ("turnpoint.recourse", {"app", "research", "numpy", "pandas", "sqlalchemy", "xgboost"} | WEB),
        ("turnpoint", {"app", "research", "numpy", "sqlalchemy", "xgboost"} | WEB),
    ],
)
def test_a_process_loads_nothing_that_it_does_not_need(module: str, without: set[str]) -> None:
    assert not loaded_by(f"import {module}") & without


def test_a_gateway_leaves_out_what_xgboost_would_bring_along() -> None:
    """Some 130 MB of memory."""
    start = (
        "from app.cli.running import NotInAGateway; sys.meta_path.insert(0, NotInAGateway()); import app.main"
    )
    assert not loaded_by(start) & {"pandas", "sklearn"}
