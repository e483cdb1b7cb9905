"""Replies outlive the run that got them."""

from pathlib import Path

from research.evaluation.proposals.reply_store import ReplyStore
from research.evaluation.proposals.sampling import RawReply


def test_what_was_kept_is_there_in_the_next_run(tmp_path: Path) -> None:
    path = tmp_path / "new" / "replies.jsonl"
    first, second = (
        RawReply(('"BMI -3"', "“eat less”"), tokens=4.5, seconds=2.25),
        RawReply((), tokens=None, seconds=1.0),
    )
    before = ReplyStore(path)
    assert before.replies == {}
    before.add(93704, first)
    before.add(93705, second)
    assert ReplyStore(path).replies == before.replies == {93704: first, 93705: second}
