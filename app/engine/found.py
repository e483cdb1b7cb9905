"""What a search brings home."""

from dataclasses import dataclass

from app.domain.schema import IntArray


@dataclass(frozen=True, slots=True)
class Lowest:
    """The candidate of least risk that a search knows of, and a risk below which none goes."""

    levels: IntArray
    risk: float
    bound: float

    @property
    def proved(self) -> bool:
        return self.bound >= self.risk


@dataclass(frozen=True, slots=True)
class Found:
    """Candidates at or below the target, or else how far the risk can be brought down.

    `levels` has shape (n, levers). With `proved` the candidates are finished options in order of effort,
    each of least effort among all that could stand in its place, and of what was asked of the search; else
    they are a pool to pick from. `bound`: an option that is not among them costs at least this much effort
    (0 where nothing is known, infinite where there is no other). `lowest` is there when `levels` is empty.
    """

    levels: IntArray
    lowest: Lowest | None
    proved: bool = False
    bound: float = 0.0
