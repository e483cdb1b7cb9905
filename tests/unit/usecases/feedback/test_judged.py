"""What was said of the same changes elsewhere: the last that stands, and what of its kind it settles."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.counterfactual import Change
from app.storage.feedback_tables import FeedbackRow
from app.usecases.feedback.judged import changed_by, judgements_in, of_the_same_kind, settling
from app.usecases.feedback.reasons import Reason, Verdict

FIRST = datetime(2026, 2, 3, 9, tzinfo=UTC)
Moves = dict[str, tuple[Any, Any]]


def recorded(moves: Moves) -> list[dict[str, Any]]:
    return [{"feature": name, "from": ends[0], "to": ends[1]} for name, ends in moves.items()]


def changes(moves: Moves) -> list[Change]:
    return [
        Change(feature=name, label=name, before=ends[0], after=ends[1], delta=None, unit=None)
        for name, ends in moves.items()
    ]


def said(
    number: int, option: int, verdict: Verdict, reason: Reason | None = None, replaces: int | None = None
) -> FeedbackRow:
    return FeedbackRow(
        id=UUID(int=number),
        counterfactual_id=UUID(int=option),
        verdict=verdict,
        reason=reason,
        replaces=None if replaces is None else UUID(int=replaces),
        created_at=FIRST + timedelta(minutes=number),
    )


WEIGHT: Moves = {"bmi": (30.5, 28.5)}


def judged(rows: Sequence[FeedbackRow], moves: Moves = WEIGHT) -> Any:
    return judgements_in([(row, recorded(moves)) for row in rows])


def test_taking_a_verdict_back_leaves_what_was_said_elsewhere() -> None:
    accepted, declined = said(1, 11, Verdict.ACCEPTED), said(2, 12, Verdict.DECLINED, Reason.UNSUITABLE)
    back = said(3, 11, Verdict.WITHDRAWN, replaces=1)
    (found,) = judged([accepted, declined, back]).values()
    assert (found.option, found.verdict) == (UUID(int=12), Verdict.DECLINED)
    (found,) = judged([accepted, declined, said(3, 12, Verdict.WITHDRAWN, replaces=2)]).values()
    assert (found.option, found.verdict) == (UUID(int=11), Verdict.ACCEPTED)


@given(
    given_verdicts=st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from([Verdict.ACCEPTED, Verdict.DECLINED])), max_size=8
    ),
    taken_back=st.sets(st.integers(0, 3)),
)
def test_what_stands_is_what_was_said_last_of_what_nobody_took_back(
    given_verdicts: list[tuple[int, Verdict]], taken_back: set[int]
) -> None:
    rows: list[FeedbackRow] = []
    last: dict[int, int] = {}
    for number, (option, verdict) in enumerate(given_verdicts, start=1):
        rows.append(said(number, option, verdict, replaces=last.get(option)))
        last[option] = number
    expected = [row for row in rows if last[row.counterfactual_id.int] == row.id.int]
    for number, option in enumerate(sorted(taken_back & last.keys()), start=100):
        rows.append(said(number, option, Verdict.WITHDRAWN, replaces=last[option]))
    expected = [row for row in expected if row.counterfactual_id.int not in taken_back]
    found = judged(rows)
    assert [(one.option, one.verdict) for one in found.values()] == [
        (row.counterfactual_id, row.verdict) for row in expected[-1:]
    ]


@pytest.mark.parametrize(
    ("now", "alike"),
    [
        ({"bmi": (30.4, 28.4)}, True),
        ({"bmi": (31, 26)}, True),
        ({"bmi": (28.5, 30.5)}, False),
        ({"bmi": (30.4, 28.4), "sleep": (6, 7)}, False),
        ({"weight": (104, 98)}, False),
    ],
)
def test_the_kind_of_a_change_is_its_features_and_directions(now: Moves, alike: bool) -> None:
    found = of_the_same_kind(judged([said(1, 11, Verdict.ACCEPTED)]), changes(now))
    assert (found is not None) is alike


def test_a_yes_and_a_category_are_of_a_kind_by_what_they_come_to() -> None:
    before: Moves = {"active_travel": (False, True), "smoking": ("current", "former")}
    rows = judged([said(1, 11, Verdict.ACCEPTED)], before)
    assert of_the_same_kind(rows, changes({"active_travel": (None, True), "smoking": ("some", "former")}))
    assert not of_the_same_kind(rows, changes({"active_travel": (True, False), "smoking": ("x", "former")}))


def test_options_that_stand_beside_it_are_passed_over() -> None:
    rows = judged([said(1, 11, Verdict.ACCEPTED)])
    assert of_the_same_kind(rows, changes(WEIGHT), but_of=[UUID(int=11)]) is None


LESS, AS_MUCH, MORE = {"bmi": (30.4, 29.9)}, {"bmi": (30.4, 28.4)}, {"bmi": (30.4, 27.4)}
OF_ANY_AMOUNT = {Reason.UNSUITABLE, Reason.PREFERENCE, Reason.UNDER_WAY}
OF_AS_MUCH = {Reason.NOT_FEASIBLE, Reason.TRIED_BEFORE}


@pytest.mark.parametrize("reason", Reason)
def test_what_a_reason_settles_at_the_next_visit(reason: Reason) -> None:
    rows = judged([said(1, 11, Verdict.DECLINED, reason)])
    settled = [settling(rows, changes(now)) is not None for now in (WEIGHT, LESS, AS_MUCH, MORE)]
    any_amount, as_much = reason in OF_ANY_AMOUNT, reason in OF_AS_MUCH
    assert settled == [True, any_amount, any_amount or as_much, any_amount or as_much]


FAR, NEAR = {"bmi": (37.6, 35.1)}, {"bmi": (35.7, 33.7)}
NO = Verdict.DECLINED


@pytest.mark.parametrize(
    ("first", "second", "settled"),
    [
        ((NEAR, NO, Reason.NOT_FEASIBLE), (FAR, NO, Reason.TRIED_BEFORE), True),
        ((NEAR, NO, Reason.NOT_FEASIBLE), (FAR, NO, Reason.NOT_CONVINCED), True),
        ((FAR, NO, Reason.UNSUITABLE), (NEAR, NO, Reason.WRONG_DATA), True),
        ((FAR, NO, Reason.NOT_FEASIBLE), (NEAR, NO, Reason.OTHER), False),
        ((NEAR, NO, Reason.UNSUITABLE), (FAR, Verdict.ACCEPTED, None), False),
        ((FAR, Verdict.ACCEPTED, None), (NEAR, NO, Reason.UNSUITABLE), True),
    ],
)
def test_a_decline_binds_whatever_else_was_declined_until_as_much_was_accepted(
    first: tuple[Moves, Verdict, Reason | None],
    second: tuple[Moves, Verdict, Reason | None],
    settled: bool,
) -> None:
    found = [
        (said(number, number, verdict, reason), recorded(moves))
        for number, (moves, verdict, reason) in enumerate((first, second), start=1)
    ]
    assert (settling(judgements_in(found), changes({"bmi": (38.6, 36.6)})) is not None) is settled


def test_who_accepts_less_has_not_accepted_more() -> None:
    found = [
        (said(1, 11, NO, Reason.NOT_FEASIBLE), recorded(FAR)),
        (said(2, 12, Verdict.ACCEPTED), recorded(NEAR)),
    ]
    judgements = judgements_in(found)
    assert settling(judgements, changes({"bmi": (38, 35.5)})) is not None
    assert settling(judgements, changes({"bmi": (38, 36)})) is None


@given(
    verdicts=st.lists(st.tuples(st.integers(1, 4), st.sampled_from([None, *Reason])), min_size=1, max_size=6),
    size=st.integers(1, 4),
)
def test_a_further_decline_never_offers_anything_again(
    verdicts: list[tuple[int, Reason | None]], size: int
) -> None:
    """A reason of None accepts. The changes all start elsewhere, so that none is the same."""
    found = []
    was_settled = False
    for number, (amount, reason) in enumerate(verdicts, start=1):
        verdict = Verdict.ACCEPTED if reason is None else NO
        start = 40.0 + 10 * number
        moves: Moves = {"bmi": (start, start - amount)}
        found.append((said(number, number, verdict, reason), recorded(moves)))
        is_settled = settling(judgements_in(found), changes({"bmi": (30.0, 30.0 - size)})) is not None
        assert is_settled or reason is None or not was_settled
        was_settled = is_settled


def test_what_was_accepted_settles_the_same_changes_alone() -> None:
    rows = judged([said(1, 11, Verdict.ACCEPTED)])
    assert settling(rows, changes(WEIGHT)) is rows[changed_by(changes(WEIGHT))]
    assert settling(rows, changes(AS_MUCH)) is None
