"""Asking the language model for counterfactuals of one patient."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from app.domain.schema import FeatureSchema
from app.engine.question import Question
from app.proposers.base import Degraded, Proposals
from app.proposers.llm.client import LlmClient, LlmError, LlmTimeoutError
from app.proposers.llm.exemplars import Exemplar
from app.proposers.llm.prompt import VERSION, case_text, messages
from app.proposers.llm.response import read_answer, response_schema

_MOST_TOKENS = 64
_WARM_UP_S = 20.0


@dataclass(frozen=True, slots=True)
class LlmProposer:
    """Samples several answers at once and reads the well-formed ones.

    `exemplars` are those of each model, by its name, for few-shot prompts; empty means zero-shot.
    """

    client: LlmClient
    exemplars: Mapping[str, tuple[Exemplar, ...]]
    samples: int
    temperature: float
    deadline_s: float

    @property
    def version(self) -> str:
        """What answers depend on besides the question: part of the cache key."""
        return f"{self.prompt_version}/{self.client.model}/{self.samples}/{self.temperature:g}"

    @property
    def prompt_version(self) -> str:
        """Which words the model was asked with."""
        return f"{VERSION}/{'few-shot' if self.exemplars else 'zero-shot'}"

    async def propose(self, question: Question, risk: float) -> Proposals:
        """Proposals for a patient whose present risk is given; never raises when the model is away."""
        levers = question.levers
        case = case_text(question.schema, question.patient, levers, risk, question.target)
        exemplars = self.exemplars.get(question.schema.model.name, ())
        try:
            answers = await self.client.sample(
                messages(question.schema, case, exemplars),
                response_schema(levers),
                count=self.samples,
                temperature=self.temperature,
                max_tokens=_MOST_TOKENS,
                deadline_s=self.deadline_s,
            )
        except LlmTimeoutError:
            return self._nothing(question, Degraded.LLM_TIMEOUT)
        except LlmError:
            return self._nothing(question, Degraded.LLM_UNAVAILABLE)
        read = [levels for answer in answers if (levels := read_answer(levers, answer)) is not None]
        levels = np.array(read, dtype=np.int64).reshape(len(read), len(levers))
        return Proposals(
            levels, asked=self.samples, model=self.client.model, prompt_version=self.prompt_version
        )

    async def warm_up(self, schemas: Iterable[FeatureSchema]) -> None:
        """Have the server read what all patients' prompts share, so that it is in its cache.

        Gives up after some seconds, or at once where the server is away: requests then find out themselves.
        """
        with suppress(LlmError):
            for schema in schemas:
                prompt = messages(schema, "risk", self.exemplars.get(schema.model.name, ()))
                await self.client.sample(prompt, {"const": 0}, 1, 0.0, max_tokens=1, deadline_s=_WARM_UP_S)

    def _nothing(self, question: Question, why: Degraded) -> Proposals:
        return Proposals(
            question.unchanged[:0],
            asked=self.samples,
            model=self.client.model,
            prompt_version=self.prompt_version,
            degraded=why,
        )
