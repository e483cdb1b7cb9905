"""`turnpoint evaluate`: proposers beside each other on held-out people."""

import asyncio
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from app.classifiers.hosted import HostedModel
from app.classifiers.store import load_model
from app.embedded.language_model import language_model
from app.embedded.llama_server import EmbeddedLlm, LlmOptions
from app.engine.yardsticks import Yardsticks, yardsticks_of
from app.evaluation.asking import Reply, ask
from app.evaluation.cases import Case, cases_of
from app.evaluation.kept import Kept
from app.evaluation.measures import scores
from app.evaluation.summary import Figure, markdown, summarise
from app.proposers.llm.breaker import Breaker
from app.proposers.llm.client import LlmClient
from app.proposers.llm.exemplars import load_exemplars
from app.proposers.llm.prompt import VERSION, Style
from app.proposers.llm.proposer import LlmProposer

SAMPLES = 8
_DEADLINE_S = 600.0

Report = Callable[[str, float], None]


class EvaluationError(RuntimeError):
    """Said to the user in its own words."""


@dataclass(frozen=True, slots=True)
class Served:
    """A language model's server, and what is asked of it."""

    url: str
    model: str | None = None
    api_key: str | None = None
    temperature: float = 0.7
    at_once: int = 1


def evaluate(
    model: HostedModel, styles: Sequence[Style], people: int, home: Path, given: Served | None, report: Report
) -> dict[str, Any]:
    """Ask each style about the same held-out people and sum up; replies are kept in `home`.

    Without a server given, the embedded one serves the base model or, for `fine_tuned`, the model's
    adapter merged into it.

    Raises:
        EvaluationError: there is no adapter to evaluate.
        LlmError: the language model is away.
        EmbeddedError: the embedded server cannot start.
    """
    yardsticks = yardsticks_of(model)
    report("Finding out who has a way to the target", 0.0)
    cases = list(cases_of(model, yardsticks))[:people]
    replies = {}
    for style in styles:
        with _server(model, style, home, given, report) as served:
            kept = Kept(home / "evaluation" / f"{style}-{_key(model, served)}.jsonl")
            replies[style] = asyncio.run(_asked(model, style, served, cases, kept, report))
    return {
        "model": {"name": model.name, "version": model.version, "digest": model.digest},
        "prompt": VERSION,
        "people": {"all": len(cases), "robust": sum(case.held for case in cases)},
        "samples": SAMPLES,
        "all": _summaries(model, yardsticks, cases, replies),
        "robust": _summaries(model, yardsticks, [case for case in cases if case.held], replies),
    }


def tables(results: Mapping[str, Any]) -> str:
    """The results as two Markdown tables."""
    parts = []
    for group, words in {"robust": "who have a way that holds", "all": "who have any way"}.items():
        figures = {
            style: {name: Figure(**figure) for name, figure in summary.items()}
            for style, summary in results[group].items()
        }
        parts.append(f"{results['people'][group]} people {words}:\n\n{markdown(figures)}")
    return "\n".join(parts)


def write_results(path: Path, results: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def hosted(store: Path, name: str) -> HostedModel:
    """A model of a store."""
    return load_model(store / name)


async def _asked(
    model: HostedModel, style: Style, served: Served, cases: Sequence[Case], kept: Kept, report: Report
) -> dict[int, Reply]:
    client = LlmClient(served.url, served.model, served.api_key, served.at_once, Breaker(1 << 30, 0))
    exemplars = {model.name: load_exemplars(model.folder)}
    proposer = LlmProposer(client, style, exemplars, SAMPLES, served.temperature, _DEADLINE_S)
    todo = [case for case in cases if case.source_id not in kept.replies]
    try:
        if todo:
            await proposer.warm_up([model.schema])
        async for case, reply in ask(proposer, todo, served.at_once):
            kept.add(case.source_id, reply)
            report(f"{style}: {len(kept.replies)} of {len(cases)} people", len(kept.replies) / len(cases))
    finally:
        await client.close()
    return kept.replies


def _summaries(
    model: HostedModel,
    yardsticks: Yardsticks,
    cases: Sequence[Case],
    replies: Mapping[Style, Mapping[int, Reply]],
) -> dict[str, Any]:
    spread = np.nanstd(model.population.rows, axis=0)
    summaries = {}
    for style, given in replies.items():
        answered = [(case, given[case.source_id]) for case in cases]
        figures = summarise(
            [scores(case, reply.texts, yardsticks.judge, spread) for case, reply in answered],
            [reply.completion_tokens / SAMPLES for _, reply in answered if reply.completion_tokens],
            [reply.seconds for _, reply in answered],
        )
        summaries[str(style)] = {name: asdict(figure) for name, figure in figures.items()}
    return summaries


@contextmanager
def _server(
    model: HostedModel, style: Style, home: Path, given: Served | None, report: Report
) -> Iterator[Served]:
    if given is not None:
        yield given
        return
    chosen = language_model(home, model.folder, lambda words, done: report(words, done or 0.0))
    weights = chosen.base
    if style is Style.FINE_TUNED:
        if chosen.adapter is None:
            raise EvaluationError(f"{model.folder} has no adapter: turnpoint finetune {model.name} makes one")
        weights = chosen.merged(home, lambda words, _: report(words, 0.0))
    llm = EmbeddedLlm(weights, LlmOptions(alias=weights.stem, context=2048))
    try:
        yield Served(llm.start(home), weights.stem)
    finally:
        llm.stop()


def _key(model: HostedModel, served: Served) -> str:
    text = f"{model.digest} {VERSION} {SAMPLES} {served.model} {served.temperature}"
    return hashlib.sha256(text.encode()).hexdigest()[:12]
