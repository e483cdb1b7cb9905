"""A method that hangs, dies or fails costs one answer, never the run."""

from collections.abc import Iterator
from itertools import repeat

import psutil
import pytest

from research.evaluation.methods.reply import Ending
from research.evaluation.runner.run_all import run_one
from research.evaluation.runner.worker import Broken, Done, Worker
from tests.unit.research.evaluation.runner import stubborn

PATIENCE_S = 120
"""A busy machine's."""
LIMIT_S = 0.3


@pytest.fixture
def worker() -> Iterator[Worker[str, int]]:
    with Worker(stubborn.make, limit_s=PATIENCE_S) as worker:
        yield worker


@pytest.fixture
def impatient() -> Iterator[Worker[str, int]]:
    with Worker(stubborn.make, limit_s=LIMIT_S) as worker:
        yield worker


def process_of(worker: Worker[str, int]) -> int:
    outcome = worker.ask("who")
    assert isinstance(outcome, Done)
    return outcome.result


def test_one_process_answers_one_after_the_other(worker: Worker[str, int]) -> None:
    assert process_of(worker) == process_of(worker)


def test_cpu_time_is_that_of_the_task(worker: Worker[str, int]) -> None:
    outcome = worker.ask("work")
    assert isinstance(outcome, Done)
    assert 0.05 <= outcome.cpu_s < 1
    assert outcome.cpu_s <= outcome.wall_s + 0.01


def test_a_hanging_process_is_killed_at_the_limit_and_another_answers(
    impatient: Worker[str, int],
) -> None:
    outcome = impatient.ask("hang")
    assert isinstance(outcome, Broken)
    assert outcome.killed
    assert outcome.wall_s >= LIMIT_S
    assert processes() == []
    answers = (impatient.ask("who") for _ in repeat(None))  # a busy machine exceeds the limit now and then
    assert next(answer for answer in answers if isinstance(answer, Done)).result in processes()


def processes() -> list[int]:
    """Those that answer."""
    children = psutil.Process().children()
    return [child.pid for child in children if any("spawn_main" in word for word in child.cmdline())]


def test_a_dead_process_is_replaced(worker: Worker[str, int]) -> None:
    outcome = worker.ask("die")
    assert isinstance(outcome, Broken)
    assert not outcome.killed
    assert "exit code 3" in outcome.detail
    process_of(worker)


def test_an_exception_is_told_and_the_process_stays(worker: Worker[str, int]) -> None:
    before = process_of(worker)
    outcome = worker.ask("fail")
    assert isinstance(outcome, Broken)
    assert outcome.detail == "ValueError: cannot"
    assert process_of(worker) == before


def test_a_method_that_cannot_start_is_no_answer_but_an_error() -> None:
    with (
        Worker(stubborn.make_nothing, limit_s=PATIENCE_S) as worker,
        pytest.raises(RuntimeError, match="no model"),
    ):
        worker.ask("who")


def test_time_outs_and_crashes_are_counted_as_asked(
    impatient: Worker[str, int], worker: Worker[str, int]
) -> None:
    asked = ((impatient, "hang"), (worker, "fail"))
    endings = [run_one(one, 1, word).reply.ending for one, word in asked]  # type: ignore[arg-type]
    assert endings == [Ending.KILLED, Ending.CRASHED]
