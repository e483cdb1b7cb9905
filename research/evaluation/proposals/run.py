"""`turnpoint evaluate`: proposers beside each other on held-out people."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from app.classifiers.model_version import ModelVersion
from app.engine.references import ReferenceData, reference_data_of
from app.proposers.llm.prompt import VERSION
from research.evaluation.proposals.cases import Case, cases_of
from research.evaluation.proposals.measures import scores
from research.evaluation.proposals.proposer_specs import ProposerSpec
from research.evaluation.proposals.reply_store import ReplyStore
from research.evaluation.proposals.sampling import RawReply, sample_replies
from research.evaluation.proposals.summary import Figure, markdown, summarise
from research.evaluation.runner.fingerprint import fingerprint
from research.llm_session import LlmEndpoint, llm_session, serving

SAMPLES = 8

Report = Callable[[str, float], None]


def evaluate(
    model: ModelVersion,
    specs: Sequence[ProposerSpec],
    people: int,
    home: Path,
    given: LlmEndpoint | None,
    report: Report,
) -> dict[str, Any]:
    """Ask each proposer about the same held-out people and sum up; replies are kept in `home`.

    Without a server given, the embedded one serves the base model, with a proposer's adapter merged into it.

    Raises:
        LlmError: the language model is away.
        EmbeddedError: the embedded server cannot start.
    """
    references = reference_data_of(model)
    report("Finding out who has a way to the target", 0.0)
    cases = list(cases_of(model, references))[:people]
    replies = {}
    for spec in specs:
        ours = serving(spec.adapter, home, lambda words, _: report(words, 0))
        with nullcontext(given) if given else ours as endpoint:
            store = ReplyStore(home / "evaluation" / f"{spec.style}-{_key(model, endpoint)}.jsonl")
            replies[spec.name] = asyncio.run(_asked(model, spec, endpoint, cases, store, report))
    return {
        "model": {"name": model.name, "version": model.version, "digest": model.digest},
        "prompt": VERSION,
        "people": {"all": len(cases), "robust": sum(case.held for case in cases)},
        "samples": SAMPLES,
        "all": _summaries(model, references, cases, replies),
        "robust": _summaries(model, references, [case for case in cases if case.held], replies),
    }


def tables(results: Mapping[str, Any]) -> str:
    """The results as two Markdown tables."""
    parts = []
    for group, words in {"robust": "who have a way that holds", "all": "who have any way"}.items():
        table = markdown(figures_of(results, group))
        parts.append(f"{results['people'][group]} people {words}:\n\n{table}")
    return "\n".join(parts)


def figures_of(results: Mapping[str, Any], group: str) -> dict[str, dict[str, Figure]]:
    """Each proposer's figures about the people called `robust` or `all`."""
    return {
        proposer: {name: Figure(**figure) for name, figure in summary.items()}
        for proposer, summary in results[group].items()
    }


def write_results(folder: Path, results: Mapping[str, Any]) -> None:
    """`proposers.json`, and `proposers.svg` where matplotlib is installed."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "proposers.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    if find_spec("matplotlib"):
        from research.evaluation.proposals.plots import figures_svg

        svg = figures_svg(figures_of(results, "robust"))
        (folder / "proposers.svg").write_text(svg, encoding="utf-8")


async def _asked(
    model: ModelVersion,
    spec: ProposerSpec,
    endpoint: LlmEndpoint,
    cases: Sequence[Case],
    store: ReplyStore,
    report: Report,
) -> dict[int, RawReply]:
    todo = [case for case in cases if case.source_id not in store.replies]
    async with llm_session(endpoint, model, spec.style, SAMPLES) as proposer:
        if todo:
            await proposer.warm_up([model.schema])
        async for case, reply in sample_replies(proposer, todo, endpoint.at_once):
            store.add(case.source_id, reply)
            done = len(store.replies)
            report(f"{spec.name}: {done} of {len(cases)} people", done / len(cases))
    return store.replies


def _summaries(
    model: ModelVersion,
    references: ReferenceData,
    cases: Sequence[Case],
    replies: Mapping[str, Mapping[int, RawReply]],
) -> dict[str, Any]:
    spread = np.nanstd(model.population.rows, axis=0)
    summaries = {}
    for name, given in replies.items():
        answered = [(case, given[case.source_id]) for case in cases]
        figures = summarise(
            [scores(case, reply.texts, references.evaluator, spread) for case, reply in answered],
            [reply.tokens for _, reply in answered if reply.tokens],
            [reply.seconds for _, reply in answered],
        )
        summaries[name] = {measure: asdict(figure) for measure, figure in figures.items()}
    return summaries


def _key(model: ModelVersion, endpoint: LlmEndpoint) -> str:
    """All that a raw reply depends on."""
    return fingerprint(
        {
            "model": model.digest,
            "prompt": VERSION,
            "samples": SAMPLES,
            "language_model": [endpoint.model, endpoint.temperature],
        }
    )
