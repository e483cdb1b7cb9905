"""How much an exact search may look at: counted in work, so that a busy machine changes no answer."""

import math
from dataclasses import dataclass


@dataclass
class Budget:
    """What one question may cost, shared by all that is asked about it.

    Its unit is one candidate looked at in one scenario, 100 to 300 ns on a current core.
    """

    work: float = math.inf
    spent: float = 0.0

    def spend(self, work: float) -> None:
        self.spent += work

    @property
    def is_spent(self) -> bool:
        return self.spent >= self.work
