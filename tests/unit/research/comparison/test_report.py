"""What shadow scoring counted, in words."""

import numpy as np

from app.usecases.shadow.counts import SIZE, Outcome, counts_of, counts_of_scores, figures_of
from research.comparison.report import shadow_report


def test_what_was_counted_is_told_with_what_was_not() -> None:
    scored = counts_of_scores(np.array([0.2, 0.4, 0.6]), np.array([0.2, 0.2, 0.615]), 0.3, 0.3)
    counts = scored + counts_of(Outcome.UNREADABLE, 4) + counts_of(Outcome.FAILED, 5)
    told = shadow_report(("1", "2"), figures_of(counts + counts_of(Outcome.DROPPED, 6)), 30)
    assert told.splitlines() == [
        "Version 2 scored beside version 1 in the last 30 days: 3 people. "
        "Not scored: 4 whose values it does not take, 5 failed, 6 dropped under load.",
        "Labels: 1 differ (33.3%): 0 high by 2 alone, 1 high by 1 alone.",
        "Risk by 2 less risk by 1:",
        "  -0.50 to -0.20: 1 (33.3%)",
        "  -0.01 to +0.01: 1 (33.3%)",
        "  +0.01 to +0.02: 1 (33.3%)",
    ]


def test_where_nobody_was_scored_that_is_all() -> None:
    told = shadow_report(("1", "2"), figures_of(np.zeros(SIZE, dtype=np.int64)), 7)
    assert told.startswith("Version 2 scored beside version 1 in the last 7 days: 0 people. ")
    assert len(told.splitlines()) == 1
