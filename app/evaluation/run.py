"""`turnpoint evaluate`: proposers beside each other on held-out people."""

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from app.classifiers.hosted import HostedModel
from app.classifiers.store import load_model
from app.embedded.served import Served, proposing, serving
from app.engine.yardsticks import Yardsticks, yardsticks_of
from app.evaluation.asking import Reply, ask
from app.evaluation.cases import Case, cases_of
from app.evaluation.kept import Kept
from app.evaluation.measures import scores
from app.evaluation.summary import Figure, markdown, summarise
from app.proposers.llm.prompt import VERSION, Style

SAMPLES = 8

Report = Callable[[str, float], None]


def evaluate(
    model: HostedModel, styles: Sequence[Style], people: int, home: Path, given: Served | None, report: Report
) -> dict[str, Any]:
    """Ask each style about the same held-out people and sum up; replies are kept in `home`.

    Without a server given, the embedded one serves the base model or, for `fine_tuned`, the model's
    adapter merged into it.

    Raises:
        LlmError: the language model is away.
        EmbeddedError: the embedded server cannot start, or there is no adapter.
    """
    yardsticks = yardsticks_of(model)
    report("Finding out who has a way to the target", 0.0)
    cases = list(cases_of(model, yardsticks))[:people]
    replies = {}
    for style in styles:
        tuned = style is Style.FINE_TUNED
        server = (
            nullcontext(given) if given else serving(model, tuned, home, lambda words, _: report(words, 0))
        )
        with server as served:
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
    todo = [case for case in cases if case.source_id not in kept.replies]
    async with proposing(served, model, style, SAMPLES) as proposer:
        if todo:
            await proposer.warm_up([model.schema])
        async for case, reply in ask(proposer, todo, served.at_once):
            kept.add(case.source_id, reply)
            report(f"{style}: {len(kept.replies)} of {len(cases)} people", len(kept.replies) / len(cases))
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
            [reply.tokens for _, reply in answered if reply.tokens],
            [reply.seconds for _, reply in answered],
        )
        summaries[str(style)] = {name: asdict(figure) for name, figure in figures.items()}
    return summaries


def _key(model: HostedModel, served: Served) -> str:
    text = f"{model.digest} {VERSION} {SAMPLES} {served.model} {served.temperature}"
    return hashlib.sha256(text.encode()).hexdigest()[:12]
