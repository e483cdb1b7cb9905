"""A language model to ask outside a gateway: to measure it, or to learn from what it says."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.classifiers.model_version import ModelVersion
from app.domain.schema import FloatArray
from app.local.embedded.llama_server import EmbeddedLlm, LlmOptions
from app.local.embedded.merging import ensure_merged
from app.local.embedded.weights import Report, ensure_weights
from app.proposers.llm.adapter import Adapter, adapter_manifest
from app.proposers.llm.breaker import Breaker
from app.proposers.llm.client import LlmClient
from app.proposers.llm.exemplars import SHOWN, Exemplar, ExemplarBank, load_exemplars
from app.proposers.llm.prompt import Style
from app.proposers.llm.proposer import LlmProposer
from app.settings import Settings

_PATIENCE_S = 600.0


@dataclass(frozen=True, slots=True)
class LlmEndpoint:
    """A language model's server, and how it is asked."""

    url: str
    model: str | None = None
    api_key: str | None = None
    temperature: float = 0.7
    at_once: int = 1


def endpoint_of(settings: Settings) -> LlmEndpoint | None:
    """The language model that settings name, if they do."""
    if settings.llm_url is None:
        return None
    key = settings.llm_api_key.get_secret_value() if settings.llm_api_key else None
    return LlmEndpoint(settings.llm_url, settings.llm_model, api_key=key, at_once=settings.llm_concurrency)


@contextmanager
def serving(adapter: Adapter | None, home: Path, report: Report) -> Iterator[LlmEndpoint]:
    """The embedded server with the base's weights, with an adapter merged into them if there is one.

    All are served at the same bits, so that proposers differ by what they were taught alone.

    Raises:
        EmbeddedError: it cannot start, or base and adapter do not fit.
    """
    weights = ensure_merged(ensure_weights(home, report), adapter, home, report)
    llm = EmbeddedLlm(weights, LlmOptions(alias=weights.stem, context=2048))
    try:
        yield LlmEndpoint(llm.start(home), weights.stem, llm.api_key)
    finally:
        llm.stop()


class OthersAlone(ExemplarBank):
    """Exemplars of a model that is asked about its training people: nobody is shown their own answer."""

    def nearest(self, row: FloatArray, count: int = SHOWN) -> list[Exemplar]:
        """The exemplars nearest to a patient's row, without any of the same row."""
        others = [one for one in self.exemplars if not np.array_equal(_row(one), row, equal_nan=True)]
        return ExemplarBank(others).nearest(row, count)


def _row(exemplar: Exemplar) -> FloatArray:
    return np.array(exemplar.row, dtype=np.float64)


@asynccontextmanager
async def llm_session(
    endpoint: LlmEndpoint, model: ModelVersion, style: Style, samples: int, form: str | None = None
) -> AsyncIterator[LlmProposer]:
    """A patient proposer that never gives its server up, and shows nobody their own exemplar.

    `form` is that of the prompts; of a fine-tuned one that of the model's adapter unless told.
    """
    if style is Style.FINE_TUNED and form is None:
        manifest = adapter_manifest(model.folder)
        form = manifest.prompt if manifest else None
    client = LlmClient(endpoint.url, endpoint.model, endpoint.api_key, endpoint.at_once, Breaker(1 << 30, 0))
    exemplars = {}
    if style is Style.FEW_SHOT:
        bank = load_exemplars(model.folder, len(model.schema.columns))
        exemplars[model.reference] = OthersAlone(bank.exemplars)
    try:
        yield LlmProposer(client, style, exemplars, samples, endpoint.temperature, _PATIENCE_S, form=form)
    finally:
        await client.close()
