"""Asking one proposer about people, going on where it was stopped."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.classifiers.model_version import ModelVersion
from app.proposers.llm.prompt import version_of
from research.evaluation.proposals.cases import Case
from research.evaluation.proposals.proposer_specs import ProposerSpec
from research.evaluation.proposals.reply_store import ReplyStore
from research.evaluation.proposals.sampling import RawReply, sample_replies
from research.evaluation.runner.fingerprint import fingerprint
from research.llm_session import LlmEndpoint, llm_session

Report = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Asking:
    """How a proposer is asked about a model's people."""

    model: ModelVersion
    spec: ProposerSpec
    endpoint: LlmEndpoint
    samples: int
    seed: int | None = None
    """Of the server's sampling; without one samples differ each time."""

    @property
    def key(self) -> str:
        """A fingerprint of all that a raw reply depends on, beside the person."""
        seeded = {} if self.seed is None else {"seed": self.seed}
        return fingerprint(
            {
                "model": self.model.digest,
                "prompt": self.spec.form or version_of(self.model.schema),
                "samples": self.samples,
                "language_model": [self.endpoint.model, self.endpoint.temperature],
            }
            | seeded
        )

    async def replies(self, cases: Sequence[Case], store: ReplyStore, report: Report) -> dict[int, RawReply]:
        """Those in the store, and those to the questions that are not yet among them.

        Raises:
            LlmError: the language model is away.
        """
        todo = [case for case in cases if case.source_id not in store.replies]
        spec, at_once = self.spec, self.endpoint.at_once
        async with llm_session(self.endpoint, self.model, spec.style, self.samples, spec.form) as proposer:
            if todo:
                await proposer.warm_up([self.model.schema])
            async for case, reply in sample_replies(proposer, todo, at_once, self.seed):
                store.add(case.source_id, reply)
                done = len(store.replies)
                report(f"{spec.name}: {done} of {len(cases)} people", done / len(cases))
        return store.replies
