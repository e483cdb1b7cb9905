"""Which weights the embedded server is to serve: the base, or the base with a model's adapter merged in."""

import os
from dataclasses import dataclass
from pathlib import Path

from app.local.embedded.errors import WeightsError
from app.local.embedded.merging import ensure_merged
from app.local.embedded.weights import OVERRIDE, SMOLLM2_135M, Report, ensure_weights
from app.proposers.llm.adapter import Adapter, AdapterError, load_adapter
from app.proposers.llm.carry_over import carried_adapter

BASE = "smollm2-135m-instruct"


@dataclass(frozen=True, slots=True)
class LanguageModel:
    """A base's weights, the adapter that was tuned for the model hosted, and a name for both together.

    Or an adapter that was tuned for another model, and is better about this one than few-shot prompts.
    """

    base: Path
    adapter: Adapter | None
    alias: str

    @property
    def style(self) -> str:
        """How it is to be prompted, as LLM_STYLE names it."""
        return "fine_tuned" if self.adapter else "few_shot"

    def merged(self, home: Path, report: Report) -> Path:
        """One file of weights, adapter included.

        Raises:
            WeightsError: base and adapter do not fit, or the file cannot be written.
        """
        if self.adapter is None:
            return self.base
        return ensure_merged(self.base, self.adapter, home.expanduser().absolute(), report)


def language_model(home: Path, version: Path, report: Report) -> LanguageModel:
    """The language model of a one-machine run, fetched if need be; `version` is the hosted model's folder.

    Weights of the user's own are taken as they are.

    Raises:
        WeightsError: weights cannot be had, or the adapter cannot be used.
    """
    weights = ensure_weights(home, report)
    if os.environ.get(OVERRIDE):
        return LanguageModel(weights, None, BASE)
    try:
        adapter = load_adapter(version) or carried_adapter(version)
    except AdapterError as error:
        raise WeightsError(str(error)) from error
    if adapter is None or adapter.manifest.base_sha256 != SMOLLM2_135M.sha256:
        return LanguageModel(weights, None, BASE)
    return LanguageModel(weights, adapter, f"{BASE}-tuned-{adapter.digest[:8]}")
