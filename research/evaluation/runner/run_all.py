"""A method's answers about everybody, from a worker process; what was answered before is not asked again."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from research.evaluation.benchmark_setup.people import BenchmarkSetup, CohortSpec
from research.evaluation.methods.registry import Method, Question, method_factory
from research.evaluation.methods.reply import Ending, MethodReply
from research.evaluation.runner.fingerprint import answers_fingerprint
from research.evaluation.runner.result_store import ResultStore, TimedReply
from research.evaluation.runner.worker import Broken, Done, Worker
from research.llm_session import LlmEndpoint

Answers = dict[int, TimedReply]


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Where answers are kept, whether they are asked anew, and which language model is asked."""

    home: Path
    fresh: bool = False
    endpoint: LlmEndpoint | None = None


def run_all(
    setup: BenchmarkSetup, spec: CohortSpec, method: Method, options: RunOptions
) -> Iterator[Answers]:
    """Ask one method about everybody, yielding the answers so far after each; the last has all of them."""
    fingerprint = answers_fingerprint(setup, method, options.endpoint, spec.reduction)
    store = ResultStore(options.home / f"{method.key}-{fingerprint}.jsonl")
    if options.fresh:
        store.clear()
    ids = {person.source_id for person in setup.people}
    answers = {person: answer for person, answer in store.read().items() if person in ids}
    missing = [i for i, person in enumerate(setup.people) if person.source_id not in answers]
    yield answers
    with Worker(method_factory(method, spec, options.endpoint), method.hard_limit_s) as worker:
        for index in missing:
            answer = run_one(worker, setup.people[index].source_id, (index, None))
            store.keep(answer)
            answers[answer.person] = answer
            yield answers


def run_one(worker: Worker[Question, MethodReply], person: int, question: Question) -> TimedReply:
    """Ask about one person, whatever comes back."""
    outcome = worker.ask(question)
    if isinstance(outcome, Done):
        return TimedReply(
            person,
            outcome.result,
            cpu_s=outcome.cpu_s,
            wall_s=outcome.wall_s,
            memory_mb=outcome.memory_mb,
        )
    return _failed(person, outcome)


def _failed(person: int, outcome: Broken) -> TimedReply:
    """No answer; a method that is killed or dies was at work all the time, so CPU time is wall-clock time."""
    ending = Ending.KILLED if outcome.killed else Ending.CRASHED
    reply = MethodReply(ending, detail=outcome.detail)
    return TimedReply(person, reply, cpu_s=outcome.wall_s, wall_s=outcome.wall_s)
