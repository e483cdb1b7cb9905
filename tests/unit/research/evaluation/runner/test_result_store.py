"""Answers are kept as they come, so that a run that was stopped goes on."""

from pathlib import Path

from research.evaluation.methods.reply import Ending, MethodReply
from research.evaluation.runner.result_store import ResultStore, TimedReply

ANSWER = TimedReply(7, MethodReply(Ending.FOUND, ((1.0, 0.1),), proved=True), cpu_s=0.5, wall_s=0.6)


def test_kept_answers_are_read_back(tmp_path: Path) -> None:
    shelf = ResultStore(tmp_path / "kept" / "method.jsonl")
    shelf.keep(ANSWER)
    kept = shelf.read()[7]
    assert kept.reply.ending is Ending.FOUND
    assert [tuple(row) for row in kept.reply.rows] == [(1.0, 0.1)]
    assert (kept.cpu_s, kept.reply.proved) == (0.5, True)


def test_a_line_cut_short_is_asked_again(tmp_path: Path) -> None:
    path = tmp_path / "method.jsonl"
    ResultStore(path).keep(ANSWER)
    with path.open("a", encoding="utf-8") as file:
        file.write('{"person": 8, "reply": {"ending": "fou')
    assert list(ResultStore(path).read()) == [7]


def test_what_is_kept_after_a_line_cut_short_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "method.jsonl"
    path.write_text('{"person": 8, "reply": {"ending": "fou', encoding="utf-8")
    ResultStore(path).keep(ANSWER)
    assert list(ResultStore(path).read()) == [7]
