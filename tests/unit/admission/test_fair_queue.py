"""Laws of the queue, for any order in which callers come, leave and are served."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.admission.fair_queue import FairQueue

CALLERS = st.sampled_from("abcd")
PUT, TAKE, REMOVE = "put", "take", "remove"
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just(PUT), CALLERS),
        st.tuples(st.just(TAKE), CALLERS),
        st.tuples(st.just(REMOVE), CALLERS),
    ),
    max_size=60,
)
Item = tuple[str, int]


def served(queue: FairQueue[Item]) -> list[Item]:
    return [queue.take()[1] for _ in range(len(queue))]


@given(steps=STEPS)
def test_each_caller_is_served_in_order_and_nothing_is_lost_or_doubled(steps: list[tuple[str, str]]) -> None:
    queue: FairQueue[Item] = FairQueue()
    waiting: dict[str, list[Item]] = {}
    for number, (what, caller) in enumerate(steps):
        own = waiting.setdefault(caller, [])
        if what == PUT:
            queue.put(caller, (caller, number))
            own.append((caller, number))
        elif what == REMOVE and own:
            assert queue.remove(caller, own.pop())
        elif what == TAKE and len(queue):
            taken_from, item = queue.take()
            assert taken_from == item[0]
            assert waiting[item[0]].pop(0) == item
        assert len(queue) == sum(map(len, waiting.values()))
    rest = served(queue)
    for caller, own in waiting.items():
        assert [item for item in rest if item[0] == caller] == own
    assert not queue.remove("a", ("a", -1))
    with pytest.raises(LookupError):
        queue.take()


@given(before=st.lists(CALLERS, max_size=40), after=st.lists(CALLERS, max_size=40))
def test_nobody_is_served_twice_while_another_waits_for_a_first_turn(
    before: list[str], after: list[str]
) -> None:
    """However many each has waiting, before or after somebody new comes."""
    queue: FairQueue[Item] = FairQueue()
    for number, caller in enumerate(before):
        queue.put(caller, (caller, number))
    queue.put("newcomer", ("newcomer", 0))
    for number, caller in enumerate(after):
        queue.put(caller, (caller, number))
    earlier = [caller for caller, _ in served(queue)]
    earlier = earlier[: earlier.index("newcomer")]
    assert len(set(earlier)) == len(earlier)
    assert set(earlier) == set(before)


@given(callers=st.lists(CALLERS, min_size=1, max_size=40))
def test_what_was_begun_comes_before_the_callers_own_new_work_alone(callers: list[str]) -> None:
    queue: FairQueue[Item] = FairQueue()
    for number, caller in enumerate(callers):
        queue.put(caller, (caller, number))
    order = list(dict.fromkeys(callers))
    begun = order[-1]
    queue.put(begun, (begun, -1), ahead=True)
    first = served(queue)[: len(order)]
    assert [caller for caller, _ in first] == order
    assert first[-1] == (begun, -1)


@given(callers=st.lists(CALLERS, min_size=1, max_size=40), barred=st.sets(CALLERS))
def test_who_may_not_be_served_now_keeps_their_place(callers: list[str], barred: set[str]) -> None:
    queue: FairQueue[Item] = FairQueue()
    for number, caller in enumerate(callers):
        queue.put(caller, (caller, number))
    able = [caller for caller in callers if caller not in barred]
    for _ in able:
        assert queue.take(lambda caller: caller not in barred)[0] not in barred
    with pytest.raises(LookupError):
        queue.take(lambda caller: caller not in barred)
    assert sorted(served(queue)) == sorted(
        (caller, number) for number, caller in enumerate(callers) if caller in barred
    )
