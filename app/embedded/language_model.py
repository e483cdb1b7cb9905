"""Which weights the embedded server is to serve: the base, or the base with a model's adapter merged in."""

import os
from dataclasses import dataclass
from pathlib import Path

from app.embedded.errors import WeightsError
from app.embedded.merging import ensure_merged
from app.embedded.weights import OVERRIDE, SMOLLM2_135M, Report, ensure_weights
from app.proposers.llm.adapter import AdapterError, load_adapter

BASE = "smollm2-135m-instruct"


@dataclass(frozen=True, slots=True)
class LanguageModel:
    """Weights, the name they are served under, and whether they were tuned for the model hosted."""

    weights: Path
    alias: str
    tuned: bool


def prepare_language_model(home: Path, version: Path, report: Report) -> LanguageModel:
    """Fetch and merge what is not there yet. `version` is the folder of the hosted model's version.

    Weights of the user's own are taken as they are.

    Raises:
        WeightsError: weights cannot be had, or the adapter cannot be used.
    """
    weights = ensure_weights(home, report)
    if os.environ.get(OVERRIDE):
        return LanguageModel(weights, BASE, tuned=False)
    try:
        adapter = load_adapter(version)
    except AdapterError as error:
        raise WeightsError(str(error)) from error
    if adapter is None or adapter.manifest.base_sha256 != SMOLLM2_135M.sha256:
        return LanguageModel(weights, BASE, tuned=False)
    merged = ensure_merged(weights, adapter, home.expanduser().absolute(), report)
    return LanguageModel(merged, f"{BASE}-tuned-{adapter.digest[:8]}", tuned=True)
