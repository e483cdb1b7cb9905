"""Who is held out: a rule that may never move, or held-out people would be trained on."""

import pytest

from research.training.split import is_held_out, rule

SEQNS = range(93_703, 102_957)  # everybody interviewed in 2017-2018


@pytest.mark.parametrize(("seqn", "held_out"), [(93705, False), (93706, True), (93809, True), (93852, False)])
def test_the_rule_is_fixed(seqn: int, held_out: bool) -> None:
    assert is_held_out(str(seqn)) is held_out


def test_about_a_quarter_is_held_out() -> None:
    share = sum(is_held_out(str(seqn)) for seqn in SEQNS) / len(SEQNS)

    assert 0.23 < share < 0.27


def test_the_rule_can_be_followed_by_hand() -> None:
    assert rule("id") == 'int(sha256("turnpoint:" + id)[:8], 16) % 100 < 25'
