"""A language model's proposals, with and without the search beside it."""

import asyncio

from app.domain.counterfactual import Generator
from app.engine.neighbours import distinct
from app.engine.plausibility_profile import PlausibilityProfile
from app.engine.preferences import Preferences
from app.engine.repair import repair
from app.engine.search import search
from app.engine.selection import rank_and_minimise, score
from app.proposers.llm.prompt import Style
from research.evaluation.benchmark_setup.people import BenchmarkPerson, BenchmarkSetup
from research.evaluation.methods.reply import MethodReply
from research.evaluation.methods.turnpoint import ProblemBuilder, reply
from research.llm_session import LlmEndpoint, llm_session

SAMPLES = 8


class LanguageModelMethod:
    """What it says, verified: of its samples those that are valid as they come, ranked as usual."""

    def __init__(
        self, setup: BenchmarkSetup, style: str, count: int = 1, endpoint: LlmEndpoint | None = None
    ) -> None:
        if endpoint is None:
            raise ValueError("a language model is asked over HTTP, and no server was given")
        self._builder = ProblemBuilder(setup, categories=False)
        self._preferences = Preferences(
            count=count, min_robustness=setup.schema.model.min_robustness, generator=Generator.LLM
        )
        self._runner = asyncio.Runner()
        self._context = llm_session(endpoint, setup.model, Style(style), SAMPLES)
        self._proposer = self._runner.run(self._context.__aenter__())

    def __call__(self, person: BenchmarkPerson) -> MethodReply:
        problem, preferences = self._builder.problem(person), self._preferences
        proposed = self._runner.run(self._proposer.propose(problem))
        if proposed.degraded is not None and proposed.degraded.is_away:
            raise RuntimeError(proposed.degraded)
        pool = distinct(proposed.levels)
        pool = pool[problem.levers.allowed(pool)]
        valid = pool[problem.reached(problem.risk(pool))]
        plausibility = PlausibilityProfile(
            problem.levers, self._builder.references.population, self._builder.references.density
        )
        scored = score(problem, self._builder.references.evaluator, plausibility, valid)
        options = rank_and_minimise(scored, problem.target, preferences.count, preferences.min_robustness)
        return reply(problem, preferences, options, proved=False)


class Pipeline:
    """`generator: auto`: the model's repaired proposals and the search's options, ranked as one.

    Without a server it is the search alone, as the gateway answers about models that nobody was taught.
    """

    def __init__(self, setup: BenchmarkSetup, count: int = 1, endpoint: LlmEndpoint | None = None) -> None:
        self._builder = ProblemBuilder(setup, categories=endpoint is None)
        self._preferences = Preferences(
            count=count, min_robustness=setup.schema.model.min_robustness, generator=Generator.AUTO
        )
        self._runner = asyncio.Runner()
        self._proposer = None
        if endpoint is not None:
            self._context = llm_session(endpoint, setup.model, Style.FINE_TUNED, SAMPLES)
            self._proposer = self._runner.run(self._context.__aenter__())

    def __call__(self, person: BenchmarkPerson) -> MethodReply:
        problem, preferences = self._builder.problem(person), self._preferences
        proposals = problem.unchanged[:0]
        if self._proposer is not None:
            proposals = self._runner.run(self._proposer.propose(problem)).levels
        result = search(problem, self._builder.references, preferences)
        options = self._builder.options(problem, preferences, repair(problem, proposals).levels, result)
        return reply(problem, preferences, options, result.proved)
