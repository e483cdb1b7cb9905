"""A patient's levers in another order, as a search takes them up: what follows from them is known already."""

from dataclasses import dataclass
from functools import cached_property

from app.domain.causes import Draws
from app.domain.consequences import Consequences, reordered
from app.domain.levers import Levers
from app.domain.schema import FloatArray, IntArray


@dataclass(frozen=True, kw_only=True)
class ReorderedLevers(Levers):
    """Lever k is lever `order[k]` of those that were given."""

    given: Levers
    order: IntArray

    @cached_property
    def consequences(self) -> Consequences:
        return reordered(self.given.consequences, self.order)

    def drawn(self, draws: Draws) -> Consequences:
        return reordered(self.given.drawn(draws), self.order)

    @cached_property
    def driven_range(self) -> FloatArray:
        return self.given.driven_range


def in_order(levers: Levers, order: IntArray) -> ReorderedLevers:
    """The levers in this order."""
    return ReorderedLevers(
        factual=levers.factual,
        items=tuple(levers.items[place] for place in order),
        relation_terms=levers.relation_terms,
        relation_bounds=levers.relation_bounds,
        max_changes=levers.max_changes,
        causes=levers.causes,
        given=levers,
        order=order,
    )
