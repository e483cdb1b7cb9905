"""Asking the language model for counterfactuals of one patient."""

import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np

from app.classifiers.threads import in_thread
from app.domain.carried_over import CarriedOver
from app.domain.degraded import Degraded
from app.domain.schema import FeatureSchema
from app.engine.marginal_effects import marginal_effects_of
from app.engine.problem import RecourseProblem
from app.metrics import LLM_QUESTIONS
from app.proposers.base import Proposals, Usage
from app.proposers.llm.client import LlmClient
from app.proposers.llm.completion import Completion
from app.proposers.llm.dialect import Form, SamplingRequest
from app.proposers.llm.exemplars import Exemplar, ExemplarBank
from app.proposers.llm.failures import Failure, FailureReason, LlmError, LlmTimeoutError
from app.proposers.llm.prompt import Message, Style, case_text, messages, version_of
from app.proposers.llm.response import most_tokens, read_answer, response_schema
from app.tracing import Attribute, Work, span

_WARM_UP_S = 20.0
_A_DIGIT = {"type": "string", "pattern": "^[0-9]$"}


@dataclass(frozen=True, slots=True)
class LlmProposer:
    """Samples several answers at once and reads the well-formed ones.

    `exemplars` are those of each hosted version, by its reference, for few-shot prompts. `taught` are the
    references of those that a fine-tuned language model was taught; None stands for all. `carried` are those
    that it was not taught, but was measured to be better about than few-shot prompts. `form` is that of the
    prompts that it was taught; None stands for each model's own.
    """

    client: LlmClient
    style: Style
    exemplars: Mapping[str, ExemplarBank]
    samples: int
    temperature: float
    deadline_s: float
    taught: frozenset[str] | None = None
    form: str | None = None
    carried: Mapping[str, CarriedOver] = field(default_factory=dict)

    def knows(self, reference: str) -> bool:
        """Whether its proposals for this version of a model are worth asking for."""
        return self.taught is None or reference in self.taught or reference in self.carried

    def version(self, schema: FeatureSchema) -> str:
        """What answers about a model depend on besides the question: part of the cache key."""
        asked = f"{self.client.model}/{self.samples}/{self.temperature:g}"
        return f"{self.prompt_version(schema)}/{asked}"

    def prompt_version(self, schema: FeatureSchema) -> str:
        """Which words the language model is asked with about a model, and whose lessons carry over to it."""
        carried = self.carried.get(schema.model.reference)
        suffix = "+json" if self.client.form in (Form.JSON, Form.WORDS) else ""
        return f"{self.form or version_of(schema)}/{self.style}{carried.mark if carried else ''}{suffix}"

    async def propose(self, problem: RecourseProblem, seed: int | None = None) -> Proposals:
        """Proposals for a patient; the model's being away is no error."""
        started = time.perf_counter()
        with span(Work.LANGUAGE_MODEL) as told:
            proposals = await self._proposed(problem, seed, started)
            outcome = proposals.degraded or "proposals"
            told.set(Attribute.OUTCOME, outcome)
        LLM_QUESTIONS.labels(outcome).observe(time.perf_counter() - started)
        return proposals

    async def _proposed(self, problem: RecourseProblem, seed: int | None, started: float) -> Proposals:
        try:
            completion = await self.complete(problem, seed)
        except LlmTimeoutError:
            return self._nothing(problem, Degraded.LLM_TIMEOUT, _used(started))
        except LlmError:
            return self._nothing(problem, Degraded.LLM_UNAVAILABLE, _used(started))
        levers = problem.levers
        read = [levels for answer in completion.texts if (levels := read_answer(levers, answer)) is not None]
        if not read:
            self.client.failures.note(Failure(FailureReason.NO_PROPOSAL))
            return self._nothing(problem, Degraded.LLM_NO_PROPOSAL, _used(started, completion))
        self.client.failures.over()
        levels = np.array(read, dtype=np.int64).reshape(len(read), len(levers))
        return Proposals(
            levels,
            requested=self.samples,
            model=self.client.model,
            prompt_version=self.prompt_version(problem.schema),
            usage=_used(started, completion),
        )

    async def complete(self, problem: RecourseProblem, seed: int | None = None) -> Completion:
        """Raw samples about a patient, equal for an equal `seed` as far as the server keeps it so.

        Raises:
            LlmError: the language model is away, too slow, or answers with something else.
            ClassifierError: the classifier is away; the prompt has its word on single moves.
        """
        prompt = await in_thread(problem.classifier, self._messages, problem)
        schema, limit = response_schema(problem.levers), most_tokens(problem.levers)
        sampling = SamplingRequest(prompt, schema, self.temperature, limit, seed)
        return await self.client.sample(sampling, self.samples, self.deadline_s)

    async def warm_up(self, schemas: Iterable[FeatureSchema]) -> None:
        """Have the server read what all patients' prompts share, of each model that it knows.

        Gives up after some seconds, or at once where the server is away: requests then find out themselves.
        """
        with suppress(LlmError):
            for schema in (one for one in schemas if self.knows(one.model.reference)):
                prompt = messages(schema, self.style, "1")
                await self.client.sample(SamplingRequest(prompt, _A_DIGIT, 0.0, max_tokens=1), 1, _WARM_UP_S)

    def _messages(self, problem: RecourseProblem) -> list[Message]:
        """The prompt; asks the classifier what each move does alone."""
        schema = problem.schema
        exemplars: list[Exemplar] = []
        if self.style is Style.FEW_SHOT and schema.model.reference in self.exemplars:
            exemplars = self.exemplars[schema.model.reference].nearest(problem.patient.factual)
        case = case_text(problem, marginal_effects_of(problem), self.form)
        return messages(schema, self.style, case, exemplars)

    def _nothing(self, problem: RecourseProblem, why: Degraded, usage: Usage) -> Proposals:
        return Proposals(
            problem.unchanged[:0],
            requested=self.samples,
            model=self.client.model,
            prompt_version=self.prompt_version(problem.schema),
            degraded=why,
            usage=usage,
        )


def _used(started: float, completion: Completion | None = None) -> Usage:
    milliseconds = round(1000 * (time.perf_counter() - started), 1)
    if completion is None:
        return Usage(milliseconds)
    return Usage(milliseconds, completion.prompt_tokens, completion.completion_tokens)
