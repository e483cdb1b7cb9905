"""Asking a method about every person, in a worker process; what was answered before is not asked again."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.local.embedded.llm_session import LlmEndpoint
from research.evaluation.asking.answers import Answer, Shelf
from research.evaluation.asking.fingerprint import answers_fingerprint
from research.evaluation.asking.worker import Broken, Done, Worker
from research.evaluation.benchmark_setup.people import BenchmarkSetup, CohortSpec
from research.evaluation.methods.registry import Method, Question, maker
from research.evaluation.methods.reply import Ending, Reply

Answers = dict[int, Answer]


@dataclass(frozen=True, slots=True)
class Asking:
    """How people are asked about: where answers are kept, and whether they are asked anew."""

    home: Path
    fresh: bool = False
    served: LlmEndpoint | None = None


def ask_all(setup: BenchmarkSetup, spec: CohortSpec, method: Method, asking: Asking) -> Iterator[Answers]:
    """Ask one method about everybody, yielding the answers so far after each; the last has all of them."""
    shelf = Shelf(asking.home / f"{method.key}-{answers_fingerprint(setup, method, asking.served)}.jsonl")
    if asking.fresh:
        shelf.clear()
    asked = {person.source_id for person in setup.people}
    answers = {person: answer for person, answer in shelf.read().items() if person in asked}
    wanted = [i for i, person in enumerate(setup.people) if person.source_id not in answers]
    yield answers
    with Worker(maker(method, spec, asking.served), method.hard_limit_s) as worker:
        for index in wanted:
            answer = ask(worker, setup.people[index].source_id, (index, None))
            shelf.keep(answer)
            answers[answer.person] = answer
            yield answers


def ask(worker: Worker[Question, Reply], person: int, question: Question) -> Answer:
    """Ask about one person, whatever comes back."""
    came = worker.ask(question)
    if isinstance(came, Done):
        return Answer(person, came.result, cpu_s=came.cpu_s, wall_s=came.wall_s, memory_mb=came.memory_mb)
    return _failed(person, came)


def _failed(person: int, came: Broken) -> Answer:
    """No answer; a method that is killed or dies was at work all the time, so CPU time is wall-clock time."""
    ending = Ending.KILLED if came.killed else Ending.CRASHED
    return Answer(person, Reply(ending, detail=came.detail), cpu_s=came.wall_s, wall_s=came.wall_s)
