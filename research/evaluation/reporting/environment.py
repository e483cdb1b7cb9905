"""The environment that something was measured in: one line below every table."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from app import __version__
from app.paths import ROOT


def describe_environment() -> str:
    """Version, commit, date, Python, XGBoost, processor, cores and load."""
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "?"
    return (
        f"Turnpoint {__version__} at {_commit()}, {datetime.now(UTC):%Y-%m-%d}, Python "
        f"{platform.python_version()}, XGBoost {_xgboost()}, {_processor()}, {os.cpu_count()} cores, "
        f"load {load}"
    )


def _commit() -> str:
    """The commit checked out, with a plus where files differ from it."""
    head, changed = (_git("rev-parse", "--short", "HEAD"), _git("status", "--porcelain"))
    return f"{head}{'+' if changed else ''}" if head else "no commit"


def _git(*words: str) -> str:
    process = subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, text=True, check=False)
    return process.stdout.strip()


def _xgboost() -> str:
    return version("xgboost" if platform.system() == "Darwin" else "xgboost-cpu")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
