"""The verdict that stands on an option is the last of its chain, in whatever order the rows come."""

from collections.abc import Callable, Sequence
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.storage.feedback_tables import FeedbackRow
from app.usecases.feedback.reasons import Verdict
from app.usecases.feedback.repository import current_verdicts


def chain(option: UUID, ids: Sequence[UUID], verdicts: Sequence[Verdict]) -> list[FeedbackRow]:
    """Verdicts on one option: the first replaces nothing, each other one the one before it."""
    before = [None, *ids[:-1]]
    return [
        FeedbackRow(id=own, counterfactual_id=option, verdict=verdict, replaces=replaced)
        for own, verdict, replaced in zip(ids, verdicts, before, strict=True)
    ]


@given(
    chains=st.lists(st.lists(st.sampled_from(Verdict), min_size=1, max_size=5), max_size=4),
    random=st.randoms(use_true_random=False),
)
def test_the_last_of_each_chain_stands(chains: list[list[Verdict]], random: Random) -> None:
    ids = drawing_ids(random)
    rows = [chain(ids(), [ids() for _ in verdicts], verdicts) for verdicts in chains]
    mixed = [row for one in rows for row in one]
    random.shuffle(mixed)
    assert current_verdicts(mixed) == {one[-1].counterfactual_id: one[-1] for one in rows}


@given(st.lists(st.sampled_from(Verdict), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_one_more_verdict_stands_in_place_of_the_one_it_replaces(
    verdicts: list[Verdict], random: Random
) -> None:
    ids = drawing_ids(random)
    option, own = ids(), [ids() for _ in verdicts]
    for length in range(1, len(verdicts) + 1):
        standing = current_verdicts(chain(option, own[:length], verdicts[:length]))
        assert [(row.id, row.verdict) for row in standing.values()] == [
            (own[length - 1], verdicts[length - 1])
        ]


def drawing_ids(random: Random) -> Callable[[], UUID]:
    """Ids whose order says nothing of the order of verdicts."""
    numbers = iter(random.sample(range(1_000), 50))
    return lambda: UUID(int=next(numbers))
