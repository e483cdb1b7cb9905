"""`turnpoint carry-over`: whether what an adapter was taught about one model helps with another one.

Training people are asked about, never held-out ones: what is measured decides how the gateway asks. Only who
has a way to the target counts, as in the study: about the others no proposal can be valid.
"""

import asyncio
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from app.classifiers.model_version import ModelVersion
from app.classifiers.partitions import Side, people_of
from app.domain.wording import line_text
from app.engine.problem import problem_about
from app.engine.references import ReferenceData, reference_data_of
from app.local.embedded.weights import ensure_weights
from app.proposers.llm.adapter import Adapter, AdapterError, load_adapter
from app.proposers.llm.carry_over import CarryOver
from app.proposers.llm.prompt import Style
from research.evaluation.proposals.asking import Asking, Report
from research.evaluation.proposals.cases import Case, Reach, reach_of
from research.evaluation.proposals.measures import valid_among
from research.evaluation.proposals.proposer_specs import ProposerSpec
from research.evaluation.proposals.reply_store import ReplyStore
from research.llm_session import serving
from research.training.manifest import sha256_of


class CarryOverImpossibleError(ValueError):
    """There is nothing to measure; the message says why."""


def carried_adapter(model: ModelVersion, other: ModelVersion) -> Adapter:
    """The adapter of another model's version, to be measured on this one.

    Raises:
        CarryOverImpossibleError: it has none that can be used, or this version ships the same.
    """
    try:
        adapter, own = load_adapter(other.folder), load_adapter(model.folder)
    except AdapterError as error:
        raise CarryOverImpossibleError(str(error)) from error
    if adapter is None:
        raise CarryOverImpossibleError(f"{other.folder} has no adapter yet: turnpoint finetune makes one")
    if own is not None and own.digest == adapter.digest:
        raise CarryOverImpossibleError(
            f"{model.reference} ships this adapter itself: nothing has to carry over"
        )
    return adapter


def carry_over(
    model: ModelVersion,
    other: ModelVersion,
    people: int,
    seed: int,
    home: Path,
    report: Report,
) -> CarryOver:
    """Ask about up to so many training people, once by few-shot prompts and once by the adapter of `other`.

    The embedded server answers, base and adapter at the same bits; replies are kept in `home`.

    Raises:
        CarryOverImpossibleError: there is no such adapter of the embedded base, or nobody to ask about.
        LlmError: the language model is away.
        EmbeddedError: the embedded server cannot start, or the adapter does not fit its base.
    """
    adapter = carried_adapter(model, other)
    if adapter.manifest.base_sha256 != sha256_of(ensure_weights(home, lambda words, _: report(words, 0.0))):
        base = adapter.manifest.base
        raise CarryOverImpossibleError(
            f"{adapter.folder} was tuned for {base}, which is not the embedded base"
        )
    report("Finding out who has a way to the target", 0.0)
    cases = list(islice(cases_to_ask(model, reference_data_of(model), seed), people))
    if not cases:
        threshold = line_text(model.schema.model.threshold)
        raise CarryOverImpossibleError(
            f"Nobody whom {model.reference} learned from is above {threshold} and has a way below it"
        )
    valid: dict[Style, int] = {}
    specs = (
        ProposerSpec("few_shot", Style.FEW_SHOT),
        ProposerSpec(f"adapter of {other.reference}", Style.FINE_TUNED, adapter),
    )
    for spec in specs:
        with serving(spec.adapter, home, lambda words, _: report(words, 0)) as endpoint:
            asking, temperature = Asking(model, spec, endpoint, 1, seed), endpoint.temperature
            valid[spec.style] = valid_replies(asking, cases, home, report)
    return CarryOver(
        model=model.reference,
        model_digest=model.digest,
        taught_for=other.reference,
        adapter=adapter.digest,
        prompt=adapter.manifest.prompt,
        base=adapter.manifest.base,
        people=len(cases),
        valid=valid[Style.FINE_TUNED],
        few_shot_valid=valid[Style.FEW_SHOT],
        temperature=temperature,
        seed=seed,
    )


def valid_replies(asking: Asking, cases: Sequence[Case], home: Path, report: Report) -> int:
    """Of how many people the one raw proposal is valid.

    Raises:
        LlmError: the language model is away.
    """
    store = ReplyStore(home / "carry-over" / f"{asking.spec.style}-{asking.key}.jsonl")
    replies = asyncio.run(asking.replies(cases, store, report))
    return sum(len(valid_among(case.problem, replies[case.source_id].texts[:1])) for case in cases)


def cases_to_ask(model: ModelVersion, references: ReferenceData, seed: int) -> Iterator[Case]:
    """Training people at high risk who have a way to the target, in an order drawn by the seed.

    Of somebody with several rows it is the first drawn that has one: an interval of a share counts people.
    """
    people, threshold, asked = people_of(model, Side.TRAINING), model.schema.model.threshold, set[int]()
    for place in np.random.default_rng(seed).permutation(len(people)).tolist():
        person = people[place]
        if person.whose in asked:
            continue
        problem = problem_about(model, person.features)
        if person.risk <= threshold or len(problem.levers) == 0:
            continue
        reach, effort = reach_of(problem, references)
        if reach is not Reach.OUT:
            asked.add(person.whose)
            yield Case(person.source_id, problem, reach, effort, largest=np.nan, whose=person.whose)
