"""Which verdict stands on an option, whatever came before it."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.storage.feedback_tables import FeedbackRow
from app.usecases.feedback.repository import current_verdicts


def chain(option: int, length: int) -> list[FeedbackRow]:
    """Verdicts on one option, each in place of the one before."""
    ids = [UUID(int=1000 * option + place) for place in range(1, length + 1)]
    return [
        FeedbackRow(id=own, counterfactual_id=UUID(int=option), replaces=before)
        for own, before in zip(ids, [None, *ids], strict=False)
    ]


@given(data=st.data(), lengths=st.lists(st.integers(1, 6), max_size=5))
def test_the_last_of_each_chain_stands_in_whatever_order_rows_come(
    data: st.DataObject, lengths: list[int]
) -> None:
    chains = [chain(option, length) for option, length in enumerate(lengths, start=1)]
    rows = data.draw(st.permutations([row for rows in chains for row in rows]))
    assert current_verdicts(rows) == {rows[-1].counterfactual_id: rows[-1] for rows in chains}
