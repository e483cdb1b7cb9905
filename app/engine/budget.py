"""How much one question may cost: counted in work, so that a busy machine changes no answer.

All that is done about a question counts against one budget: searches, batches of the classifier, refits,
draws. Once it is spent, what proves or betters an answer ends with what it has, and claims nothing that it
did not see. What makes an answer at all may go a little further, up to `RESERVE`.

Whoever waits for the answer may leave: then the next that is spent ends the work (`Stop`). Whoever waits for
so long alone gets what there is by then: the budget ends early (`until`).
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

CALL, ROW, MEMBER, JUDGED, MET, SCORED = 1_000, 10, 8, 500, 12, 5_000
"""In work: asking the classifier for a batch, for each row of it, one refit for a row, judging how typical a
candidate looks, meeting one in a search whatever it is looked at in, scoring some in full however few."""
RESERVE = 500_000
"""How much further goes what makes an answer at all."""


class AbandonedError(Exception):
    """Nobody waits for the answer any more."""


@dataclass(slots=True)
class Stop:
    """Tells work that nobody waits for it any more; set in one thread, seen in another.

    `deadline`: by `time.monotonic`, from when on nobody is taken to wait.
    """

    deadline: float = math.inf
    is_set: bool = False
    listener: Callable[[], None] | None = None

    def set(self) -> None:
        self.is_set = True
        if self.listener is not None:
            self.listener()

    def tell(self, listener: Callable[[], None]) -> None:
        """Have another be told as well, at once where it is set already; may be told twice."""
        self.listener = listener
        if self.is_set:
            listener()

    def check(self) -> None:
        """Go on as long as somebody waits.

        Raises:
            AbandonedError: nobody does.
        """
        if self.is_set or time.monotonic() >= self.deadline:
            raise AbandonedError


@dataclass(slots=True)
class Budget:
    """What may be spent, shared by all that is asked about one question; a part counts against its whole too.

    Its unit is one candidate looked at in one scenario, up to some 300 ns on a current core. From `until` on,
    of a whole (by `time.monotonic`), there is no more than was spent by then, as if that had been allowed.
    """

    work: float = math.inf
    spent: float = 0.0
    whole: "Budget | None" = None
    stop: Stop = field(default_factory=Stop)
    until: float = math.inf

    def part(self, work: float) -> "Budget":
        """So much of this budget at most, for one thing that is asked."""
        return Budget(work, whole=self, stop=self.stop)

    def spend(self, work: float) -> None:
        """Count work that was done.

        Raises:
            AbandonedError: there need be no more of it, since nobody waits.
        """
        self.stop.check()
        self.spent += work
        if time.monotonic() >= self.until:
            self.work = min(self.work, self.spent)
            self.until = math.inf
        if self.whole is not None:
            self.whole.spend(work)

    def spend_on_candidates(self, number: int, scenarios: float = 1) -> None:
        """Count candidates that a search met and looked at in so many scenarios.

        Raises:
            AbandonedError: there need be no more of them, since nobody waits.
        """
        self.spend(number * scenarios)
        self.spend_in_all(number * MET)

    def spend_in_all(self, work: float) -> None:
        """Count work against the whole alone: it is beside what a part is about.

        Raises:
            AbandonedError: there need be no more of it, since nobody waits.
        """
        (self if self.whole is None else self.whole).spend(work)

    def candidates_left(self, scenarios: float) -> float:
        """How many more candidates the whole budget allows for."""
        return self.left_in_all / (scenarios + MET)

    @property
    def left_in_all(self) -> float:
        """What the whole budget has left, of which this is a part."""
        return self.work - self.spent if self.whole is None else self.whole.left_in_all

    @property
    def is_spent(self) -> bool:
        return self.spent >= self.work or (self.whole is not None and self.whole.is_spent)

    @property
    def is_overdrawn(self) -> bool:
        """Whether not even the reserve is left."""
        return self.left_in_all <= -RESERVE
