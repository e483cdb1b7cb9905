"""A question without an answer: what does each method do, and how long does it take?"""

from dataclasses import dataclass

import numpy as np

from research.evaluation.benchmark_setup.people import BenchmarkSetup, CohortSpec, load_setup
from research.evaluation.methods.registry import BENCH, Method, method_factory
from research.evaluation.runner.result_store import TimedReply
from research.evaluation.runner.run_all import run_one
from research.evaluation.runner.worker import Worker

ONLY = ("sleep",)
"""The one feature that may vary: no night's sleep turns the highest risk."""
LIMIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Probe:
    """What became of the question, in one method's hands."""

    method: str
    answer: TimedReply

    @property
    def words(self) -> str:
        proved = " (proved)" if self.answer.reply.proved else ""
        return f"{self.answer.reply.ending.value}{proved}"


def probe_all(spec: CohortSpec) -> list[Probe]:
    """Ask every method that gives one answer about the riskiest of these people who can sleep better."""
    setup = load_setup(spec)
    risk = setup.risk(np.stack([person.row for person in setup.people]))
    can_move = [setup.restricted(person, ONLY).ranges != {} for person in setup.people]
    index = int(np.where(can_move, risk, 0.0).argmax())
    return [_probe(setup, spec, method, index) for method in BENCH if method.answers == 1]


def _probe(setup: BenchmarkSetup, spec: CohortSpec, method: Method, index: int) -> Probe:
    with Worker(method_factory(method, spec), LIMIT_S) as worker:
        return Probe(method.name, run_one(worker, setup.people[index].source_id, (index, ONLY)))
