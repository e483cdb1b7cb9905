"""`turnpoint evaluate`: proposers beside each other on held-out people."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from app.classifiers.model_version import ModelVersion
from app.engine.references import ReferenceData, reference_data_of
from app.proposers.llm.prompt import version_of
from research.evaluation.proposals.added import AddedScores, added_scores
from research.evaluation.proposals.asking import Asking, Report
from research.evaluation.proposals.cases import Case, Reach, cases_of
from research.evaluation.proposals.falls import FallScores, fall_scores
from research.evaluation.proposals.measures import ProposalScores, scores
from research.evaluation.proposals.proposer_specs import ProposerSpec
from research.evaluation.proposals.reply_store import ReplyStore
from research.evaluation.proposals.sampling import RawReply
from research.evaluation.proposals.summary import Figure, markdown, summarise
from research.llm_session import LlmEndpoint, serving

SAMPLES = 8

_GROUPS = {
    "robust": "who have a way that holds",
    "all": "who have any way",
    "out": "who have none",
    "added": "in all, answered with and without proposals",
}

Score = Callable[[Case, Sequence[str]], ProposalScores | FallScores | AddedScores]
"""One person's figures from their samples."""


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
    cases = list(islice(cases_of(model, references), people))
    replies = {}
    for spec in specs:
        ours = serving(spec.adapter, home, lambda words, _: report(words, 0))
        with nullcontext(given) if given else ours as endpoint:
            asking = Asking(model, spec, endpoint, SAMPLES)
            store = ReplyStore(home / "evaluation" / f"{spec.style}-{asking.key}.jsonl")
            replies[spec.name] = asyncio.run(asking.replies(cases, store, report))
    about = {
        "model": {"name": model.name, "version": model.version, "digest": model.digest},
        "prompts": {spec.name: spec.form or version_of(model.schema) for spec in specs},
        "samples": SAMPLES,
    }
    return about | summaries(model, references, cases, replies)


def summaries(
    model: ModelVersion,
    references: ReferenceData,
    cases: Sequence[Case],
    replies: Mapping[str, Mapping[int, RawReply]],
) -> dict[str, Any]:
    """Each proposer's figures about the people of each group, and of how many people they are."""
    spread = np.nanstd(model.population.rows, axis=0)

    def valid(case: Case, texts: Sequence[str]) -> ProposalScores:
        return scores(case, texts, references.evaluator, spread)

    def falling(case: Case, texts: Sequence[str]) -> FallScores:
        return fall_scores(case, texts, references)

    def added(case: Case, texts: Sequence[str]) -> AddedScores:
        return added_scores(case, texts, references)

    groups: dict[str, tuple[Sequence[Case], Score]] = {
        "robust": ([case for case in cases if case.reach is Reach.ROBUST], valid),
        "all": ([case for case in cases if case.reach is not Reach.OUT], valid),
        "out": ([case for case in cases if case.reach is Reach.OUT], falling),
        "added": (cases, added),
    }
    told: dict[str, Any] = {
        "people": {name: len({case.whose for case in who}) for name, (who, _) in groups.items()},
        "rows": {name: len(who) for name, (who, _) in groups.items()},
    }
    for name, (who, score) in groups.items():
        told[name] = {proposer: _summary(who, given, score) for proposer, given in replies.items()}
    return told


def tables(results: Mapping[str, Any]) -> str:
    """The results as Markdown tables, one a group of people."""
    parts = []
    for group, words in _GROUPS.items():
        table = markdown(figures_of(results, group))
        people, rows = results["people"][group], results["rows"][group]
        who = f"{people} people" if rows == people else f"{rows} rows, of {people} people,"
        parts.append(f"{who} {words}:\n\n{table}")
    return "\n".join(parts)


def figures_of(results: Mapping[str, Any], group: str) -> dict[str, dict[str, Figure]]:
    """Each proposer's figures about the people of a group."""
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


def _summary(
    cases: Sequence[Case],
    given: Mapping[int, RawReply],
    score: Score,
) -> dict[str, Any]:
    answered = [(case, given[case.source_id]) for case in cases]
    figures = summarise(
        [score(case, reply.texts) for case, reply in answered],
        [reply.tokens for _, reply in answered],
        [reply.seconds for _, reply in answered],
        [case.whose for case, _ in answered],
    )
    return {measure: asdict(figure) for measure, figure in figures.items()}
